//! The component templates and the front, as core modules that `cargo xtask` compiled beforehand.
#![no_std]
#![forbid(unsafe_code)]

/// The template for hosts with relaxed SIMD.
pub static RELAXED: &[u8] = include_bytes!(env!("MAASM_TEMPLATE_RELAXED"));
/// The template for hosts with SIMD alone.
pub static PLAIN: &[u8] = include_bytes!(env!("MAASM_TEMPLATE_PLAIN"));
/// The template over wasi-nn.
pub static NN: &[u8] = include_bytes!(env!("MAASM_TEMPLATE_NN"));
/// The front.
pub static FRONT: &[u8] = include_bytes!(env!("MAASM_TEMPLATE_API"));
