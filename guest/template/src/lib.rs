//! What every component template is: the exports of world `model`, over whatever computes.
//!
//! A template names what computes ([`Engine`]) and where its model lies ([`Component`]), and exports the rest from here.
//! The packager puts a model in before anything else runs: `boot` tells how. After that the memory is frozen, and
//! every instance of the component starts from it with everything loaded.
//!
//! # Layout
//! - `boot`: how the packager puts a model in
//! - `engine`: what computes
//! - `model`: the loaded model and what it can be asked
//! - `input`: how a recipe and the plan's first input go together
//! - `media`: decoders and ways of preprocessing, each with a symbol for the packager
//! - `infer`: tensors in, tensors out
//! - `evaluate`: labelled samples in, a report out
//! - `exports`: the component's functions, one line each

// What generated code calls this crate, wherever it stands.
extern crate self as maasm_template;

pub mod boot;
mod engine;
mod evaluate;
mod exports;
mod infer;
mod input;
mod media;
mod model;
#[cfg(test)]
mod tests;

#[allow(missing_docs, reason = "the documentation is in wit/model.wit")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/model.wit",
        world: "model",
        default_bindings_module: "maasm_template::bindings",
        pub_export_macro: true,
        runtime_path: "::maasm_template::rt",
    });
}

/// What generated code needs.
#[doc(hidden)]
pub use wit_bindgen::rt;

pub use engine::{Engine, RunError};
pub use exports::Component;
pub use model::Model;
