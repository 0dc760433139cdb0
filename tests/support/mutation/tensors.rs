//! Constants' numbers, shapes and types.

use super::any;
use super::extents::{extent, extents, float};
use crate::onnx::whole_numbers;
use crate::random::Random;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, TensorProto};

/// Numbers of a constant become others; those that say how large something is are the likeliest.
pub fn numbers(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    let small = |tensor: &TensorProto| tensor.data_type == DataType::Int64 as i32 && tensor.dims.len() < 2;
    let sizes = graph.initializer.iter().filter(|tensor| small(tensor)).count();
    if sizes > 0 && !random.chance(4) {
        let wanted = random.below(sizes);
        let tensor = graph.initializer.iter_mut().filter(|tensor| small(tensor)).nth(wanted);
        tensor.into_iter().for_each(|tensor| change(tensor, random));
    } else if let Some(tensor) = any(&mut graph.initializer, random) {
        change(tensor, random);
    }
}

/// One number of a tensor becomes another one, or all of them do.
pub fn change(tensor: &mut TensorProto, random: &mut Random) {
    let all = random.chance(4);
    let (name, dims) = (std::mem::take(&mut tensor.name), tensor.dims.clone());
    match DataType::try_from(tensor.data_type) {
        Ok(DataType::Int64) => {
            let mut values: Vec<i64> = match tensor.raw_data.is_empty() {
                true => tensor.int64_data.clone(),
                false => tensor.raw_data.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect(),
            };
            replace(&mut values, all, random, extent);
            *tensor = whole_numbers(&name, &dims, &values);
        }
        Ok(DataType::Float) => {
            let mut values: Vec<f32> = match tensor.raw_data.is_empty() {
                true => tensor.float_data.clone(),
                false => tensor.raw_data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            };
            replace(&mut values, all, random, float);
            tensor.raw_data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            tensor.float_data.clear();
        }
        _ => {
            let byte = random.one_of(&[0, 1, 2, 0x7f, 0x80, 0xff]);
            any(&mut tensor.raw_data, random).into_iter().for_each(|place| *place = byte);
            any(&mut tensor.int32_data, random).into_iter().for_each(|place| *place = byte.into());
        }
    }
    tensor.name = name;
}

fn replace<T>(values: &mut [T], all: bool, random: &mut Random, new: impl Fn(&mut Random) -> T) {
    if all {
        values.iter_mut().for_each(|value| *value = new(random));
    } else if let Some(value) = any(values, random) {
        *value = new(random);
    }
}

/// A constant has another shape; its elements are as many as that asks for, as long as they are few.
pub fn shape(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    const MOST: i64 = 1 << 12;
    let Some(tensor) = any(&mut graph.initializer, random) else { return };
    if random.chance(3) {
        tensor.dims = extents(random);
        return;
    }
    let dims: Vec<i64> = (0..random.below(6)).map(|_| 1 + random.below(5) as i64).collect();
    let elements = dims.iter().product::<i64>().min(MOST) as usize;
    let before = tensor.dims.iter().product::<i64>().clamp(1, MOST) as usize;
    let wide = (tensor.raw_data.len() / before).max(1);
    let bytes = tensor.raw_data.iter().copied().chain(std::iter::repeat(0));
    if !tensor.raw_data.is_empty() {
        tensor.raw_data = bytes.take(elements * wide).collect();
    }
    tensor.dims = dims;
}

/// A constant is of another type, of as many bytes as before where there is one.
pub fn element_type(graph: &mut GraphProto, _: &GraphProto, random: &mut Random) {
    use DataType as D;
    let Some(tensor) = any(&mut graph.initializer, random) else { return };
    let alike: &[D] = match D::try_from(tensor.data_type) {
        _ if random.chance(4) => &[D::String, D::Bfloat16, D::Complex64, D::Int4, D::Undefined, D::Float8e4m3fn],
        Ok(D::Float | D::Int32 | D::Uint32) => &[D::Float, D::Int32, D::Uint32],
        Ok(D::Double | D::Int64 | D::Uint64) => &[D::Double, D::Int64, D::Uint64],
        Ok(D::Float16 | D::Int16 | D::Uint16) => &[D::Float16, D::Int16, D::Uint16],
        _ => &[D::Int8, D::Uint8, D::Bool],
    };
    tensor.data_type = random.one_of(alike) as i32;
}
