//! The component without a model, compiled beforehand.

use super::Simd;

static RELAXED: &[u8] = include_bytes!(env!("MAASM_TEMPLATE_RELAXED"));
static PLAIN: &[u8] = include_bytes!(env!("MAASM_TEMPLATE_PLAIN"));
static NN: &[u8] = include_bytes!(env!("MAASM_TEMPLATE_NN"));

/// A core module into which a model is put.
#[derive(Clone, Copy)]
pub(super) struct Template {
    /// The module.
    pub(super) module: &'static [u8],
    /// Whether its symbols and relocations tell what a model has no use for.
    pub(super) relocatable: bool,
}

/// The one with kernels of its own.
pub(super) fn template(simd: Simd) -> Template {
    let module = match simd {
        Simd::Relaxed => RELAXED,
        Simd::Plain => PLAIN,
    };
    Template { module, relocatable: true }
}

/// The one that asks wasi-nn to compute. It has little to do itself: plain SIMD is enough, and it is small as it is.
pub(super) fn over_nn() -> Template {
    Template { module: NN, relocatable: false }
}
