//! The component without a model, compiled beforehand.

use super::Simd;

static RELAXED: &[u8] = include_bytes!(env!("MAASM_TEMPLATE_RELAXED"));
static PLAIN: &[u8] = include_bytes!(env!("MAASM_TEMPLATE_PLAIN"));

/// The template's core module.
pub(super) fn template(simd: Simd) -> &'static [u8] {
    match simd {
        Simd::Relaxed => RELAXED,
        Simd::Plain => PLAIN,
    }
}
