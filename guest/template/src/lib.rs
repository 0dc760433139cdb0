//! What every component template is: the exports of world `model`, over whatever computes.
//!
//! A template names what computes, an [`Engine`], and [`component!`] makes the rest.
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

/// Makes the component that calls this once out of what computes: the exports of world `model`, and those by which the
/// packager puts a model in.
#[macro_export]
macro_rules! component {
    ($engine:ty) => {
        type Loaded = ::std::cell::RefCell<Option<$crate::Model<$engine>>>;

        ::std::thread_local! {
            static MODEL: Loaded = const { ::std::cell::RefCell::new(None) };
        }

        struct Template;

        impl $crate::Component for Template {
            type Engine = $engine;

            fn place() -> &'static ::std::thread::LocalKey<Loaded> {
                &MODEL
            }
        }

        $crate::bindings::export!(Template with_types_in $crate::bindings);

        // SAFETY: no other symbol of the component has this name.
        #[unsafe(export_name = "maasm_reserve")]
        extern "C" fn reserve(package_len: u32, constants_len: u32, arena_len: u32) -> u32 {
            $crate::boot::reserve(package_len, constants_len, arena_len)
        }

        // SAFETY: no other symbol of the component has this name.
        #[unsafe(export_name = "maasm_initialize")]
        extern "C" fn initialize() -> u32 {
            $crate::boot::initialize::<Template>()
        }
    };
}
