//! How large a tensor may be, and how much may be computed beforehand: a few bytes ask for any amount.

use maasm_graph::index::tensor_bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tract_onnx::pb::ModelProto;
use tract_onnx::tract_hir::internal::*;

/// The most bytes that one tensor may have: more would not fit a component's 32-bit memory.
const TENSOR: u64 = 3 << 30;
/// Bytes of constants that any model may ask for beyond those that it brings with it. Packaging holds some five copies of
/// them, which have to fit 2 GiB.
pub const FREE: u64 = 352 << 20;
/// How many times as many bytes as a model brings with it its constants may come to: weights are unpacked, cast and laid
/// out anew.
const GROWTH: u64 = 16;

/// Bytes that may still be taken for what is computed of constants. Clones share them.
#[derive(Clone, Debug)]
pub struct Allowance(Arc<AtomicU64>);

impl Default for Allowance {
    /// The allowance of a model that brings nothing with it.
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(FREE)))
    }
}

impl Allowance {
    /// The allowance of a model that may ask for `free` bytes whatever it brings with it.
    pub fn of(model: &ModelProto, free: u64) -> Self {
        let own = model.graph.as_ref().map_or(0, tensor_bytes);
        Self(Arc::new(AtomicU64::new(free.saturating_add(own.saturating_mul(GROWTH)))))
    }

    /// Takes so many bytes.
    ///
    /// # Errors
    /// If there are not so many left.
    pub fn take(&self, bytes: u64) -> Result<(), String> {
        let rest = |left: u64| left.checked_sub(bytes);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, rest).map(drop).map_err(|left| {
            format!(
                "its constants would take {} MiB, and {} MiB are left of what a model of this size may compute \
                 beforehand; keep them in the file, or make them inputs",
                bytes.div_ceil(1 << 20),
                left >> 20
            )
        })
    }
}

/// The bytes of a tensor.
///
/// # Errors
/// If no tensor may have so many.
pub fn bytes(shape: &[usize], datum_type: DatumType) -> Result<u64, String> {
    // Kernels compute halves as whole floats.
    let wide = if datum_type == f16::datum_type() { 4 } else { datum_type.size_of() as u64 };
    // An empty axis hides no absurd one.
    let bytes = shape.iter().try_fold(wide, |bytes, &extent| bytes.checked_mul((extent as u64).max(1)));
    bytes.filter(|&bytes| bytes <= TENSOR).ok_or_else(|| {
        format!(
            "makes a tensor of shape {shape:?}, more than a component can hold ({} MiB); make it smaller",
            TENSOR >> 20
        )
    })
}

/// Whether all of these outlets are known before any input is.
pub fn are_constant(model: &TypedModel, mut outlets: impl Iterator<Item = OutletId>) -> bool {
    outlets.all(|outlet| model.outlet_fact(outlet).is_ok_and(|fact| fact.konst.is_some()))
}

/// Refuses a model with a tensor that no component can hold, and takes what the operators that are left to be computed
/// beforehand will make.
///
/// # Errors
/// Names the first node that asks for too much.
pub fn check(model: &TypedModel, allowance: &Allowance) -> Result<(), String> {
    let mut constant = vec![false; model.nodes.len()];
    for id in model.eval_order().map_err(|error| error.to_string())? {
        let node = model.node(id);
        let known = |outlet: &OutletId| constant[outlet.node] || are_constant(model, std::iter::once(*outlet));
        let computed = !node.inputs.is_empty() && node.inputs.iter().all(known);
        constant[id] = computed;
        for output in node.outputs.iter().filter(|output| output.fact.konst.is_none()) {
            let Some(shape) = output.fact.shape.as_concrete() else { continue };
            let named = |why: String| format!("{} ({}) {why}", node.op.name(), node.name);
            let bytes = bytes(shape, output.fact.datum_type).map_err(named)?;
            if computed && !are_constant(model, node.inputs.iter().copied()) {
                allowance.take(bytes).map_err(|why| format!("{} ({}): {why}", node.op.name(), node.name))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_take_from_one_allowance() {
        let allowance = Allowance::of(&ModelProto::default(), FREE);
        let other = allowance.clone();
        assert_eq!(allowance.take(FREE - 1), Ok(()));
        assert!(other.take(2).unwrap_err().contains("0 MiB are left"));
        assert_eq!(other.take(1), Ok(()));
    }

    #[test]
    fn an_empty_axis_hides_no_absurd_one() {
        assert_eq!(bytes(&[2, 3], f32::datum_type()), Ok(24));
        assert_eq!(bytes(&[], i64::datum_type()), Ok(8));
        for shape in [&[0, usize::MAX, 8][..], &[1 << 20, 1 << 20], &[1 << 31]] {
            assert!(bytes(shape, f32::datum_type()).is_err(), "{shape:?}");
        }
    }
}
