//! ONNX's element types and those of the runtime.

use maasm_plan::ElementType;
use tract_onnx::pb::tensor_proto::DataType;

/// What the runtime has, and what ONNX calls it. A new element type of the runtime is a line here.
const KNOWN: [(ElementType, DataType); 12] = [
    (ElementType::F32, DataType::Float),
    (ElementType::F16, DataType::Float16),
    (ElementType::F64, DataType::Double),
    (ElementType::I8, DataType::Int8),
    (ElementType::U8, DataType::Uint8),
    (ElementType::I32, DataType::Int32),
    (ElementType::I64, DataType::Int64),
    (ElementType::Bool, DataType::Bool),
    (ElementType::I16, DataType::Int16),
    (ElementType::U16, DataType::Uint16),
    (ElementType::U32, DataType::Uint32),
    (ElementType::U64, DataType::Uint64),
];

/// ONNX's number of a type of the runtime.
///
/// # Panics
/// If the type is not listed above.
pub fn data_type(element_type: ElementType) -> i32 {
    let known = KNOWN.iter().find(|known| known.0 == element_type);
    known.unwrap_or_else(|| panic!("{element_type:?} is missing in {}", file!())).1 as i32
}

/// Whether the runtime has the type that the tests' list calls so.
pub fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|(_, data_type)| data_type.as_str_name().eq_ignore_ascii_case(name))
}
