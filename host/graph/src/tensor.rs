//! Element types and the dense little-endian form of tensors.

use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::{DataLocation, DataType};

/// More elements than this in one tensor are taken for a mistake: 2⁴⁰ bytes would follow.
const ELEMENTS: u64 = 1 << 38;

/// The name of an element type in messages and in the structure format, as ONNX's text form writes it.
pub(super) fn type_name(data_type: DataType) -> String {
    data_type.as_str_name().to_ascii_lowercase()
}

/// The element type of that name.
pub(super) fn type_named(name: &str) -> Option<DataType> {
    (1..).map_while(|n| DataType::try_from(n).ok()).find(|&data_type| type_name(data_type) == name)
}

/// Bits for one element; `None` for strings, whose length differs.
pub(super) fn bits(data_type: DataType) -> Option<u64> {
    use DataType as D;
    Some(match data_type {
        D::Undefined | D::String => return None,
        D::Uint4 | D::Int4 | D::Float4e2m1 => 4,
        D::Uint8 | D::Int8 | D::Bool | D::Float8e4m3fn | D::Float8e4m3fnuz | D::Float8e5m2 | D::Float8e5m2fnuz => 8,
        D::Uint16 | D::Int16 | D::Float16 | D::Bfloat16 => 16,
        D::Float | D::Int32 | D::Uint32 => 32,
        D::Double | D::Int64 | D::Uint64 | D::Complex64 => 64,
        D::Complex128 => 128,
    })
}

/// How many elements a shape holds.
///
/// # Errors
/// If an extent is negative or the product is absurd.
pub(super) fn elements(dims: &[i64]) -> Result<u64, String> {
    let mut elements = 1u64;
    for &extent in dims {
        let extent = u64::try_from(extent).map_err(|_| format!("its shape {dims:?} has a negative extent"))?;
        // Zero times anything is still checked, lest an absurd shape hide behind an empty axis.
        elements = elements.max(1).checked_mul(extent.max(1)).filter(|&n| n <= ELEMENTS).ok_or_else(|| {
            format!("its shape {dims:?} holds more elements than any tensor may; the file is corrupt or made to harm")
        })?;
    }
    Ok(if dims.contains(&0) { 0 } else { elements })
}

/// The element type of a tensor.
///
/// # Errors
/// If ONNX knows no type of that number.
pub(super) fn data_type(number: i32) -> Result<DataType, String> {
    match DataType::try_from(number) {
        Ok(DataType::Undefined) | Err(_) => Err(format!("its element type {number} is none that ONNX knows")),
        Ok(data_type) => Ok(data_type),
    }
}

/// Checks a tensor's data against its shape and brings it into `raw_data`, little-endian.
///
/// # Errors
/// If the data are elsewhere, or too many or too few for the shape.
pub(super) fn make_dense(tensor: &mut TensorProto) -> Result<(), String> {
    let data_type = data_type(tensor.data_type)?;
    let elements = elements(&tensor.dims)?;
    if tensor.data_location == Some(DataLocation::External as i32) {
        return Err("its data are in another file, which is not possible here".into());
    }
    if tensor.segment.is_some() {
        return Err("it is stored in segments; export the model anew, in one piece".into());
    }
    tensor.data_location = None;
    tensor.external_data.clear();
    let Some(bits) = bits(data_type) else {
        return mismatch(&tensor.dims, elements, tensor.string_data.len() as u64, "strings");
    };
    let bytes = (elements * bits).div_ceil(8);
    if tensor.raw_data.is_empty() && bytes > 0 {
        tensor.raw_data = take_typed(tensor, data_type);
    }
    mismatch(&tensor.dims, bytes, tensor.raw_data.len() as u64, "bytes")
}

fn mismatch(dims: &[i64], wanted: u64, found: u64, unit: &str) -> Result<(), String> {
    if wanted == found {
        return Ok(());
    }
    Err(format!("its shape {dims:?} asks for {wanted} {unit} of data and the file has {found}; it is corrupt"))
}

/// The field that onnx.proto3 prescribes for the type, as bytes; the field is left empty.
fn take_typed(tensor: &mut TensorProto, data_type: DataType) -> Vec<u8> {
    use DataType as D;
    match data_type {
        D::Float | D::Complex64 => bytes(std::mem::take(&mut tensor.float_data), f32::to_le_bytes),
        D::Double | D::Complex128 => bytes(std::mem::take(&mut tensor.double_data), f64::to_le_bytes),
        D::Int64 => bytes(std::mem::take(&mut tensor.int64_data), i64::to_le_bytes),
        D::Uint64 => bytes(std::mem::take(&mut tensor.uint64_data), u64::to_le_bytes),
        D::Uint32 => bytes(std::mem::take(&mut tensor.uint64_data), |value| (value as u32).to_le_bytes()),
        D::Int32 => bytes(std::mem::take(&mut tensor.int32_data), i32::to_le_bytes),
        D::Uint16 | D::Int16 | D::Float16 | D::Bfloat16 => {
            bytes(std::mem::take(&mut tensor.int32_data), |value| (value as u16).to_le_bytes())
        }
        _ => bytes(std::mem::take(&mut tensor.int32_data), |value| [value as u8]),
    }
}

fn bytes<T, const N: usize>(values: Vec<T>, to_bytes: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.into_iter().flat_map(to_bytes).collect()
}
