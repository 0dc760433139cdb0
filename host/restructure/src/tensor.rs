//! Initialisers as arrays.

use crate::Error;
use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::DataType;

/// The extents; zero for negative ones, which no data can fit.
pub(crate) fn dims(tensor: &TensorProto) -> Vec<usize> {
    tensor.dims.iter().map(|&extent| usize::try_from(extent).unwrap_or(0)).collect()
}

/// How many elements the shape says there are, which the data need not have.
pub(crate) fn elements(tensor: &TensorProto) -> usize {
    dims(tensor).into_iter().fold(1, usize::saturating_mul)
}

/// The elements in row-major order, all finite.
pub(crate) fn floats(tensor: &TensorProto) -> Result<Vec<f32>, Error> {
    if tensor.data_type != DataType::Float as i32 {
        let found = DataType::try_from(tensor.data_type).map_or("no known type", |found| found.as_str_name());
        return Err(Error::ElementType { tensor: tensor.name.clone(), found: found.into() });
    }
    let values: Vec<f32> = match &tensor.raw_data[..] {
        [] => tensor.float_data.clone(),
        raw => raw.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
    };
    let wanted = dims(tensor).iter().try_fold(1usize, |product, &extent| product.checked_mul(extent));
    let ragged = !tensor.raw_data.len().is_multiple_of(size_of::<f32>());
    if wanted != Some(values.len()) || ragged {
        let why = format!("has {} elements, which its shape {:?} does not fit", values.len(), tensor.dims);
        return Err(Error::Corrupt { tensor: tensor.name.clone(), why });
    }
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(position) => Err(Error::NotFinite { tensor: tensor.name.clone(), position, value: values[position] }),
    }
}

/// The elements if they are whole numbers.
pub(crate) fn integers(tensor: &TensorProto) -> Option<Vec<i64>> {
    let raw = &tensor.raw_data[..];
    match DataType::try_from(tensor.data_type).ok()? {
        DataType::Int64 if raw.is_empty() => Some(tensor.int64_data.clone()),
        DataType::Int64 => Some(raw.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect()),
        DataType::Int32 if raw.is_empty() => Some(tensor.int32_data.iter().map(|&value| i64::from(value)).collect()),
        DataType::Int32 => Some(raw.as_chunks().0.iter().map(|bytes| i64::from(i32::from_le_bytes(*bytes))).collect()),
        _ => None,
    }
}

pub(crate) fn new_floats(name: &str, dims: &[usize], values: &[f32]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: dims.iter().map(|&extent| extent as i64).collect(),
        data_type: DataType::Float as i32,
        raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        ..Default::default()
    }
}

pub(crate) fn new_integers(name: &str, dims: &[usize], values: &[i64]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: dims.iter().map(|&extent| extent as i64).collect(),
        data_type: DataType::Int64 as i32,
        raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        ..Default::default()
    }
}

/// Keeps what `kept` says of one axis.
pub(crate) fn keep(tensor: &TensorProto, axis: usize, kept: &[bool]) -> Result<TensorProto, Error> {
    let (mut dims, values) = (dims(tensor), floats(tensor)?);
    if dims.get(axis) != Some(&kept.len()) {
        let why = format!("has the shape {:?} where axis {axis} should hold {} channels", tensor.dims, kept.len());
        return Err(Error::Corrupt { tensor: tensor.name.clone(), why });
    }
    let inner: usize = dims[axis + 1..].iter().product();
    let slices = values.chunks(inner.max(1)).enumerate();
    let left: Vec<f32> = slices.filter(|(at, _)| kept[at % kept.len()]).flat_map(|(_, slice)| slice).copied().collect();
    dims[axis] = kept.iter().filter(|&&kept| kept).count();
    Ok(new_floats(&tensor.name, &dims, &left))
}

/// The Euclidean norm of every slice along an axis.
pub(crate) fn norms(dims: &[usize], values: &[f32], axis: usize) -> Vec<f64> {
    let inner: usize = dims[axis + 1..].iter().product::<usize>().max(1);
    let mut squares = vec![0.0; dims[axis]];
    for (at, slice) in values.chunks(inner).enumerate() {
        squares[at % dims[axis]] += slice.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
    }
    squares.into_iter().map(f64::sqrt).collect()
}
