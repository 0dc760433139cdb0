//! What the black-box tests share.
#![forbid(unsafe_code)]

pub mod component;
pub mod onnx;
pub mod python;
pub mod random;
pub mod torch;
