//! The component template: the exports of world `model` over the runtime, without a model in it.
//!
//! The packager puts a model in before anything else runs: `boot` tells how. After that the memory is frozen, and
//! every instance of the component starts from it with everything loaded.
//!
//! # Layout
//! - `boot`: how the packager puts a model in
//! - `model`: the loaded model and what it can be asked
//! - `input`: how a recipe and the plan's first input go together
//! - `media`: decoders and ways of preprocessing, each with a symbol for the packager
//! - `infer`: tensors in, tensors out
//! - `evaluate`: labelled samples in, a report out
//! - `exports`: the component's functions, one line each

mod boot;
mod evaluate;
mod exports;
mod infer;
mod input;
mod media;
mod model;
#[cfg(test)]
mod tests;

#[allow(missing_docs, reason = "the documentation is in wit/model.wit")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit/model.wit", world: "model", default_bindings_module: "crate::bindings" });
}

use std::cell::RefCell;

thread_local! {
    /// The model. A component has one thread and one model; there is none only until the packager has put it in.
    static MODEL: RefCell<Option<model::Model>> = const { RefCell::new(None) };
}
