//! Tensors in onnxruntime's form, and back.

use crate::signature::{Slot, TensorType, without_type};
use crate::{ErrorCode, Fault};
use half::{bf16, f16};
use ort::AsPointer;
use ort::session::SessionInputValue;
use ort::value::{DynValue, Outlet, PrimitiveTensorElementType, Tensor as OrtTensor, TensorElementType, ValueType};
use std::fmt::Debug;
use wasmtime_wasi_nn::Tensor;

/// A tensor in onnxruntime's form.
pub struct Read(SessionInputValue<'static>);

impl Read {
    pub fn ptr(&self) -> *const ort::sys::OrtValue {
        self.0.ptr()
    }
}

/// What a session takes or gives.
///
/// # Errors
/// If wasi-nn has no tensors of its type.
pub fn slot(outlet: &Outlet) -> Result<Slot, Fault> {
    let name = outlet.name();
    let ValueType::Tensor { ty, shape, .. } = outlet.dtype() else {
        return Err(Fault::new(
            ErrorCode::UnsupportedOperation,
            format!("{name} is no tensor, and wasi-nn has no others"),
        ));
    };
    let ty = match ty {
        TensorElementType::Float16 => TensorType::Fp16,
        TensorElementType::Float32 => TensorType::Fp32,
        TensorElementType::Float64 => TensorType::Fp64,
        TensorElementType::Bfloat16 => TensorType::Bf16,
        TensorElementType::Uint8 => TensorType::U8,
        TensorElementType::Int32 => TensorType::I32,
        TensorElementType::Int64 => TensorType::I64,
        other => return Err(without_type(name, &other.to_string())),
    };
    // Axes that may have any extent are negative.
    Ok(Slot { name: name.into(), ty, shape: shape.iter().map(|&extent| u32::try_from(extent).ok()).collect() })
}

/// A tensor that was checked, in onnxruntime's form.
pub fn read(tensor: &Tensor) -> Result<Read, Fault> {
    match tensor.ty {
        TensorType::Fp16 => read_as::<f16>(tensor),
        TensorType::Fp32 => read_as::<f32>(tensor),
        TensorType::Fp64 => read_as::<f64>(tensor),
        TensorType::Bf16 => read_as::<bf16>(tensor),
        TensorType::U8 => read_as::<u8>(tensor),
        TensorType::I32 => read_as::<i32>(tensor),
        TensorType::I64 => read_as::<i64>(tensor),
    }
}

fn read_as<T: Element>(tensor: &Tensor) -> Result<Read, Fault> {
    let shape: Vec<i64> = tensor.dimensions.iter().map(|&extent| i64::from(extent)).collect();
    let read = OrtTensor::from_array((shape, T::read(&tensor.data)));
    Ok(Read(read.map_err(|error| Fault::new(ErrorCode::RuntimeError, error.to_string()))?.into()))
}

/// A tensor that onnxruntime has computed.
pub fn write(ty: TensorType, value: &DynValue) -> Result<Tensor, Fault> {
    match ty {
        TensorType::Fp16 => write_as::<f16>(ty, value),
        TensorType::Fp32 => write_as::<f32>(ty, value),
        TensorType::Fp64 => write_as::<f64>(ty, value),
        TensorType::Bf16 => write_as::<bf16>(ty, value),
        TensorType::U8 => write_as::<u8>(ty, value),
        TensorType::I32 => write_as::<i32>(ty, value),
        TensorType::I64 => write_as::<i64>(ty, value),
    }
}

fn write_as<T: Element>(ty: TensorType, value: &DynValue) -> Result<Tensor, Fault> {
    let failed = |error: &dyn std::fmt::Display| Fault::new(ErrorCode::RuntimeError, error.to_string());
    let (shape, elements) = value.try_extract_tensor::<T>().map_err(|error| failed(&error))?;
    let dimensions = shape.iter().map(|&extent| u32::try_from(extent)).collect::<Result<Vec<_>, _>>();
    Ok(Tensor { dimensions: dimensions.map_err(|error| failed(&error))?, ty, data: T::write(elements) })
}

/// A type of elements, little-endian in wasi-nn.
trait Element: PrimitiveTensorElementType + Debug + Clone + Copy + 'static {
    fn read(bytes: &[u8]) -> Vec<Self>;
    fn write(elements: &[Self]) -> Vec<u8>;
}

macro_rules! elements {
    ($($element:ty),*) => {$(
        impl Element for $element {
            fn read(bytes: &[u8]) -> Vec<Self> {
                bytes.as_chunks().0.iter().copied().map(Self::from_le_bytes).collect()
            }

            fn write(elements: &[Self]) -> Vec<u8> {
                elements.iter().copied().flat_map(Self::to_le_bytes).collect()
            }
        }
    )*};
}

elements!(f16, bf16, f32, f64, u8, i32, i64);
