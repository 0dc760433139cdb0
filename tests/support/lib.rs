//! What the black-box tests share.
pub mod component;
pub mod onnx;
pub mod python;
pub mod random;
pub mod torch;
