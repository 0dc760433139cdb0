//! The format of <https://huggingface.co/docs/safetensors>.

use super::{Array, Parameters};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use tract_onnx::pb::tensor_proto::DataType;

/// Both names of every type that both formats have.
const TYPES: [(Dtype, DataType); 13] = [
    (Dtype::BOOL, DataType::Bool),
    (Dtype::U8, DataType::Uint8),
    (Dtype::I8, DataType::Int8),
    (Dtype::U16, DataType::Uint16),
    (Dtype::I16, DataType::Int16),
    (Dtype::F16, DataType::Float16),
    (Dtype::BF16, DataType::Bfloat16),
    (Dtype::U32, DataType::Uint32),
    (Dtype::I32, DataType::Int32),
    (Dtype::F32, DataType::Float),
    (Dtype::F64, DataType::Double),
    (Dtype::U64, DataType::Uint64),
    (Dtype::I64, DataType::Int64),
];

/// Reads a file's bytes.
pub(super) fn read(bytes: &[u8]) -> Result<Parameters, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| format!("is no valid .safetensors file: {error}"))?;
    file.iter()
        .map(|(name, view)| {
            let (_, data_type) = TYPES
                .into_iter()
                .find(|(dtype, _)| *dtype == view.dtype())
                .ok_or_else(|| format!("array {name:?} has the type {}, which is not supported", view.dtype()))?;
            let shape = view.shape().iter().map(|&extent| extent as i64).collect();
            Ok((name.to_string(), Array { data_type, shape, data: view.data().to_vec() }))
        })
        .collect()
}

/// A file's bytes, the same for the same arrays.
pub(crate) fn write(parameters: &Parameters) -> Result<Vec<u8>, String> {
    let views = parameters
        .iter()
        .map(|(name, array)| {
            let found = TYPES.into_iter().find(|(_, data_type)| *data_type == array.data_type);
            let (dtype, _) = found
                .ok_or_else(|| format!("{name:?} has the type {:?}, which .safetensors has not", array.data_type))?;
            let shape = array.shape.iter().map(|&extent| extent as usize).collect();
            let view = TensorView::new(dtype, shape, &array.data).map_err(|error| format!("{name:?}: {error}"))?;
            Ok((name, view))
        })
        .collect::<Result<Vec<_>, String>>()?;
    safetensors::serialize(views, None).map_err(|error| error.to_string())
}
