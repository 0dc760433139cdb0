//! The component without a model, compiled beforehand.

use super::Simd;

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
        Simd::Relaxed => maasm_templates::RELAXED,
        Simd::Plain => maasm_templates::PLAIN,
    };
    Template { module, relocatable: true }
}

/// The one that asks wasi-nn to compute. It has little to do itself: plain SIMD is enough, and it is small as it is.
pub(super) fn over_nn() -> Template {
    Template { module: maasm_templates::NN, relocatable: false }
}
