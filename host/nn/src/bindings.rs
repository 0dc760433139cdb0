//! The interfaces of `wit/deps/wasi-nn`, as wasmtime generates them.

#![allow(missing_docs)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "wasi:nn/ml@0.2.0-rc-2024-10-28",
    imports: { default: trappable },
    with: {
        "wasi:nn/graph.graph": wasmtime_wasi_nn::Graph,
        "wasi:nn/tensor.tensor": wasmtime_wasi_nn::Tensor,
        "wasi:nn/inference.graph-execution-context": wasmtime_wasi_nn::ExecutionContext,
        "wasi:nn/errors.error": crate::Fault,
    },
});
