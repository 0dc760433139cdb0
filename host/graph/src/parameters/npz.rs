//! What `numpy.savez` writes: a zip file of `.npy` arrays.
//!
//! See <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use super::archive::Archive;
use super::strided::View;
use super::{Array, Parameters};
use npyz::{DType, Endianness, NpyHeader, Order, TypeChar};
use tract_onnx::pb::tensor_proto::DataType;

/// NumPy itself reads no longer header, either.
const HEADER: usize = 10_000;

/// Reads a file's bytes.
pub(super) fn read(bytes: &[u8], limit: u64) -> Result<Parameters, String> {
    let mut archive = Archive::open(bytes, limit)?;
    let mut budget = limit;
    let mut parameters = Parameters::new();
    for member in archive.names() {
        let Some(name) = npyz::npz::array_name_from_file_name(&member) else { continue };
        let bytes = archive.read(&member)?;
        let array = array(&bytes, &mut budget).map_err(|why| format!("array {name:?}: {why}"))?;
        parameters.insert(name.to_string(), array);
    }
    match parameters.is_empty() {
        true => Err("is a zip archive of neither NumPy arrays nor PyTorch's parameters".into()),
        false => Ok(parameters),
    }
}

/// Reads one array, whose elements take no more than the budget, and takes them off it.
pub(super) fn array(bytes: &[u8], budget: &mut u64) -> Result<Array, String> {
    let (header, storage) = split(bytes).ok_or("it is no .npy file")?;
    // The header is a Python literal, and a literal nested without end would overflow its parser's stack.
    if header.iter().filter(|byte| matches!(byte, b'(' | b'[' | b'{')).count() > 8 {
        return Err("its header is too complicated; only plain arrays can be read".into());
    }
    let header = NpyHeader::from_reader(header).map_err(|error| format!("its header is damaged: {error}"))?;
    let DType::Plain(type_string) = header.dtype() else {
        return Err("it has structured elements; only plain arrays can be read".into());
    };
    let (data_type, width) = match (type_string.type_char(), type_string.size_field()) {
        (TypeChar::Float, 4) => (DataType::Float, 4),
        (TypeChar::Float, 8) => (DataType::Double, 8),
        (TypeChar::Float, 2) => (DataType::Float16, 2),
        (TypeChar::Int, 1) => (DataType::Int8, 1),
        (TypeChar::Int, 2) => (DataType::Int16, 2),
        (TypeChar::Int, 4) => (DataType::Int32, 4),
        (TypeChar::Int, 8) => (DataType::Int64, 8),
        (TypeChar::Uint, 1) => (DataType::Uint8, 1),
        (TypeChar::Uint, 2) => (DataType::Uint16, 2),
        (TypeChar::Uint, 4) => (DataType::Uint32, 4),
        (TypeChar::Uint, 8) => (DataType::Uint64, 8),
        (TypeChar::Bool, 1) => (DataType::Bool, 1),
        _ => return Err(format!("it has the type {type_string}, which is not supported")),
    };
    let shape: Vec<i64> = header.shape().iter().map(|&n| i64::try_from(n).unwrap_or(-1)).collect();
    crate::tensor::elements(&shape)?;
    let view = View { storage, width, offset: 0, shape: &shape, strides: &strides(&shape, header.order()) };
    let mut data = view.dense(budget)?;
    if type_string.endianness() == Endianness::Big {
        data.chunks_exact_mut(width).for_each(<[u8]>::reverse);
    }
    Ok(Array { data_type, shape, data })
}

/// The header, with everything before it, and the data.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (fixed, len) = match bytes {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, a, b, ..] => (10, usize::from(u16::from_le_bytes([*a, *b]))),
        [0x93, b'N', b'U', b'M', b'P', b'Y', 2 | 3, _, a, b, c, d, ..] => {
            (12, u32::from_le_bytes([*a, *b, *c, *d]) as usize)
        }
        _ => return None,
    };
    (len <= HEADER).then(|| bytes.split_at_checked(fixed + len)).flatten()
}

fn strides(shape: &[i64], order: Order) -> Vec<i64> {
    let mut strides = vec![0; shape.len()];
    let mut stride = 1;
    let axes: Box<dyn Iterator<Item = usize>> = match order {
        Order::C => Box::new((0..shape.len()).rev()),
        Order::Fortran => Box::new(0..shape.len()),
    };
    for axis in axes {
        strides[axis] = stride;
        stride *= shape[axis].max(1);
    }
    strides
}
