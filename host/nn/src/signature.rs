//! What a graph takes and gives, and whether tensors are that.

use crate::bindings::wasi::nn::tensor::TensorType as Inward;
use crate::fault::Fault;
use maasm_plan::{ElementType, Plan, Port};
use wasmtime_wasi_nn::backend::NamedTensor;
pub use wasmtime_wasi_nn::wit::types::TensorType;

/// A tensor that a graph takes or gives.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub ty: TensorType,
    /// The extent of each axis; none for one that may have any.
    pub shape: Vec<Option<u32>>,
}

impl Slot {
    /// What a plan's port is outside.
    ///
    /// # Errors
    /// If wasi-nn has no tensors of its type.
    pub fn of(plan: &Plan, port: &Port) -> Result<Self, Fault> {
        let element_type = plan.element_type(port);
        let ty = match element_type {
            ElementType::F16 => TensorType::Fp16,
            ElementType::F32 => TensorType::Fp32,
            ElementType::F64 => TensorType::Fp64,
            ElementType::U8 => TensorType::U8,
            ElementType::I32 => TensorType::I32,
            ElementType::I64 => TensorType::I64,
            _ => return Err(without_type(&port.name, &format!("{element_type:?}"))),
        };
        Ok(Self { name: port.name.clone(), ty, shape: port.shape.iter().copied().map(Some).collect() })
    }

    /// Checks a tensor's type, shape and length.
    fn check(&self, tensor: &wasmtime_wasi_nn::Tensor) -> Result<(), Fault> {
        let Self { name, ty, shape } = self;
        if tensor.ty != *ty {
            return Err(Fault::invalid(format!("{name} must be {ty:?}, is {:?}", tensor.ty)));
        }
        let fits = |(wanted, found): (&Option<u32>, &u32)| wanted.is_none_or(|wanted| wanted == *found);
        let same = tensor.dimensions.len() == shape.len() && shape.iter().zip(&tensor.dimensions).all(fits);
        // The standard writes a single value as one axis of 1.
        let single = shape.is_empty() && tensor.dimensions == [1];
        if !same && !single {
            let wanted: Vec<String> = shape.iter().map(|axis| axis.map_or("?".into(), |n| n.to_string())).collect();
            let wanted = wanted.join(", ");
            return Err(Fault::invalid(format!("{name} must have the shape [{wanted}], has {:?}", tensor.dimensions)));
        }
        let elements = tensor.dimensions.iter().try_fold(1u64, |n, &extent| n.checked_mul(u64::from(extent)));
        let bytes = elements.and_then(|n| n.checked_mul(size(*ty)));
        if bytes != Some(tensor.data.len() as u64) {
            let (shape, found) = (&tensor.dimensions, tensor.data.len());
            return Err(Fault::invalid(format!(
                "{name} has {found} bytes, {ty:?} of shape {shape:?} has another length"
            )));
        }
        Ok(())
    }
}

/// wasi-nn has no tensors of this type.
pub fn without_type(name: &str, ty: &str) -> Fault {
    Fault::new(crate::ErrorCode::UnsupportedOperation, format!("wasi-nn has no tensors of {ty}, which {name} is"))
}

/// The inputs in a graph's own order.
///
/// # Errors
/// If one is missing, unknown or repeated, or is of the wrong type, shape or length.
pub fn arrange(slots: &[Slot], mut given: Vec<NamedTensor>) -> Result<Vec<NamedTensor>, Fault> {
    for (index, tensor) in given.iter().enumerate() {
        let name: String = tensor.name.chars().take(100).collect();
        if given[..index].iter().any(|other| other.name == tensor.name) {
            return Err(Fault::invalid(format!("{name} is given more than once")));
        }
        if !slots.iter().any(|slot| slot.name == tensor.name) {
            let names: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
            return Err(Fault::invalid(format!("{name} is no input; the inputs are {}", names.join(", "))));
        }
    }
    let arranged = slots.iter().map(|slot| {
        let index = given.iter().position(|tensor| tensor.name == slot.name);
        let tensor = given.swap_remove(index.ok_or_else(|| Fault::invalid(format!("{} is missing", slot.name)))?);
        slot.check(&tensor.tensor).map(|()| tensor)
    });
    arranged.collect()
}

/// Bytes of an element.
fn size(ty: TensorType) -> u64 {
    match ty {
        TensorType::U8 => 1,
        TensorType::Fp16 | TensorType::Bf16 => 2,
        TensorType::Fp32 | TensorType::I32 => 4,
        TensorType::Fp64 | TensorType::I64 => 8,
    }
}

/// A type as the traits of backends have it, of the one that components give.
pub fn outward(ty: Inward) -> TensorType {
    match ty {
        Inward::Fp16 => TensorType::Fp16,
        Inward::Fp32 => TensorType::Fp32,
        Inward::Fp64 => TensorType::Fp64,
        Inward::Bf16 => TensorType::Bf16,
        Inward::U8 => TensorType::U8,
        Inward::I32 => TensorType::I32,
        Inward::I64 => TensorType::I64,
    }
}

/// The opposite of [`outward`].
pub fn inward(ty: TensorType) -> Inward {
    match ty {
        TensorType::Fp16 => Inward::Fp16,
        TensorType::Fp32 => Inward::Fp32,
        TensorType::Fp64 => Inward::Fp64,
        TensorType::Bf16 => Inward::Bf16,
        TensorType::U8 => Inward::U8,
        TensorType::I32 => Inward::I32,
        TensorType::I64 => Inward::I64,
    }
}
