//! What the black-box tests share.
pub mod onnx;
pub mod random;
pub mod torch;
