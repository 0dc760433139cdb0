//! Models that arrive quantised, as ONNX defines it: convolutions and dense layers between DequantizeLinear and
//! QuantizeLinear compute with the file's own integers.
//!
//! What matches no pattern here stays what its operators say: f32 in between.
//!
//! # Layout
//! - `expand`: operators of integers (QLinearConv, QLinearAdd, …) become those of f32 between DequantizeLinear and QuantizeLinear
//! - `integers`: weights that the file has as integers
//! - `rewrite`: steps of f32 become steps of bytes
//! - `conv`: a convolution's integers; `pack`: its weights in the order in which the kernel reads them

mod conv;
mod expand;
mod integers;
mod pack;
mod rewrite;

pub use conv::LinearConv;
pub use expand::expand;
pub use integers::Integers;
pub use rewrite::rewrite;
