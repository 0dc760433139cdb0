//! Whole networks give the answers that other engines give, natively and in WebAssembly.

mod accuracy;
mod evaluation;
mod kernels;
mod light;
mod linear;
mod network;
mod node;
mod packages;
mod quantized;
mod scores;
mod tune;
