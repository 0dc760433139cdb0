//! Whole networks give the answers that other engines give, natively and in WebAssembly.

mod accuracy;
mod evaluation;
mod kernels;
mod light;
mod network;
mod node;
mod packages;
mod quantized;
mod tune;
