//! The component template of world `model-nn`: the exports of world `model` over the host's wasi-nn, without a model in
//! it.
//!
//! The packager puts in what a template has anyhow, but no weights: name, labels, recipe, inputs and outputs.
//!
//! # Layout
//! - `graph`: the host's graph, as what computes
//! - `values`: the elements of a tensor

mod graph;
mod values;

#[allow(missing_docs, reason = "the documentation is in wit/deps/wasi-nn")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "wasi:nn/ml@0.2.0-rc-2024-10-28" });
}

maasm_template::component!(graph::HostGraph);
