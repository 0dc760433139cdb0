//! A version computed by the host through wasi-nn: the same plan, the same bits, one copy of the weights, and nothing for
//! those to whom it was not given.

mod given;
mod memory;
mod same;
mod support;
