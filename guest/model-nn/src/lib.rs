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

use graph::HostGraph;
use maasm_template::{Component, Model, boot};
use std::cell::RefCell;
use std::thread::LocalKey;

thread_local! {
    static MODEL: RefCell<Option<Model<HostGraph>>> = const { RefCell::new(None) };
}

struct Template;

impl Component for Template {
    type Engine = HostGraph;

    fn place() -> &'static LocalKey<RefCell<Option<Model<HostGraph>>>> {
        &MODEL
    }
}

maasm_template::bindings::export!(Template with_types_in maasm_template::bindings);

#[unsafe(export_name = "maasm_reserve")]
extern "C" fn reserve(package_len: u32, constants_len: u32, arena_len: u32) -> u32 {
    boot::reserve(package_len, constants_len, arena_len)
}

#[unsafe(export_name = "maasm_initialize")]
extern "C" fn initialize() -> u32 {
    boot::initialize::<Template>()
}
