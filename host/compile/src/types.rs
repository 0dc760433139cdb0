//! Element types: what the source model says, and what kernels compute with.
//!
//! Kernels compute floats as f32. Tensors of f16 are f32 in between, and cast where the outside world gives or takes them.
//! Those of f64 become f32 where something is computed of them, and keep their digits where they are only moved, compared
//! or cast.

use maasm_plan::ElementType;
use std::sync::Arc;
use tract_onnx::prelude::{DatumType, Tensor};

/// The element type that the outside world sees.
///
/// # Errors
/// If there is none like it.
pub fn stored(datum_type: DatumType) -> Result<ElementType, String> {
    Ok(match datum_type.unquantized() {
        DatumType::F32 => ElementType::F32,
        DatumType::F16 => ElementType::F16,
        DatumType::F64 => ElementType::F64,
        DatumType::I8 => ElementType::I8,
        DatumType::U8 => ElementType::U8,
        DatumType::I16 => ElementType::I16,
        DatumType::U16 => ElementType::U16,
        DatumType::I32 => ElementType::I32,
        DatumType::U32 => ElementType::U32,
        DatumType::I64 | DatumType::TDim => ElementType::I64,
        DatumType::U64 => ElementType::U64,
        DatumType::Bool => ElementType::Bool,
        other => return Err(format!("tensors of {other:?} are not supported")),
    })
}

/// The element type that steps take.
///
/// # Errors
/// If there is none like it.
pub fn taken(datum_type: DatumType) -> Result<ElementType, String> {
    Ok(match stored(datum_type)? {
        ElementType::F16 => ElementType::F32,
        other => other,
    })
}

/// The source model's name for an element type.
pub fn datum(element_type: ElementType) -> DatumType {
    match element_type {
        ElementType::F32 => DatumType::F32,
        ElementType::F16 => DatumType::F16,
        ElementType::F64 => DatumType::F64,
        ElementType::I8 => DatumType::I8,
        ElementType::U8 => DatumType::U8,
        ElementType::I16 => DatumType::I16,
        ElementType::U16 => DatumType::U16,
        ElementType::I32 => DatumType::I32,
        ElementType::U32 => DatumType::U32,
        ElementType::I64 => DatumType::I64,
        ElementType::U64 => DatumType::U64,
        ElementType::Bool => DatumType::Bool,
    }
}

/// A constant in the element type that steps take.
///
/// # Errors
/// If there is none like it.
pub fn as_taken(tensor: &Arc<Tensor>) -> Result<Arc<Tensor>, String> {
    cast(tensor, taken(tensor.datum_type())?)
}

/// A constant in this element type.
///
/// # Errors
/// If it cannot be cast.
pub fn cast(tensor: &Arc<Tensor>, element_type: ElementType) -> Result<Arc<Tensor>, String> {
    let datum_type = datum(element_type);
    if tensor.datum_type().unquantized() == datum_type {
        return Ok(tensor.clone());
    }
    let cast = tensor.cast_to_dt(datum_type).map_err(|error| error.to_string())?;
    Ok(Arc::new(cast.into_owned()))
}
