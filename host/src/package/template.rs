//! The component without a model, compiled beforehand.

use super::Simd;

static RELAXED: &[u8] = include_bytes!(env!("MAASM_TEMPLATE_RELAXED"));
static PLAIN: &[u8] = include_bytes!(env!("MAASM_TEMPLATE_PLAIN"));
static NN: &[u8] = include_bytes!(env!("MAASM_TEMPLATE_NN"));

/// The template's core module.
pub(super) fn template(simd: Simd) -> &'static [u8] {
    match simd {
        Simd::Relaxed => RELAXED,
        Simd::Plain => PLAIN,
    }
}

/// The template's core module that asks wasi-nn to compute. It has little to do itself: plain SIMD is enough.
pub(super) fn over_nn() -> &'static [u8] {
    NN
}
