//! Plan and template become a component.
//!
//! # Layout
//! - `build/`: the one door from a model to its component
//! - `check`: whether card and plan go together
//! - `template`: the component without a model, compiled beforehand
//! - `preinitialize`: the template is run until it holds the model, and frozen
//! - `shake`: what the model has no use for is left out; `needs`: which kernels and decoders it has a use for
//! - `metadata`: what others' tools show of a component
//! - `kept`: what a component computes, for engines other than its own code; `said`: the part of it that is read from a file
//! - `over_nn`: a component that has wasi-nn compute the same
//! - `optimize/`: models become smaller and faster by a recipe

pub mod build;
mod check;
mod error;
mod kept;
mod metadata;
mod needs;
pub mod optimize;
mod over_nn;
mod preinitialize;
mod said;
mod shake;
mod template;

pub use error::Error;
pub use kept::{Kept, kept};
pub use over_nn::over_nn;
pub use said::said;

use maasm_compile::Compiled;
use maasm_component::seal;
use maasm_plan::{Card, Package, Recipe};
use maasm_scores as scores;
use serde::{Deserialize, Serialize};

/// Which vector instructions the component's code uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Simd {
    /// SIMD and relaxed SIMD: faster, for hosts that have both.
    #[default]
    Relaxed,
    /// SIMD alone.
    Plain,
}

/// Makes a component of a compiled model. The same input gives the same bytes. What the card says of parameters,
/// multiply-accumulate operations and scores is found out here.
///
/// # Errors
/// If card, recipe and plan do not go together, or the model does not fit into a component.
pub fn package(compiled: &Compiled, card: Card, recipe: Option<Recipe>, simd: Simd) -> Result<Vec<u8>, Error> {
    let scores = scores::find(compiled, recipe.as_ref());
    package_with(compiled, Card { scores, ..card }, recipe, simd)
}

/// As [`package`], of a model whose card says what its outputs are.
///
/// # Errors
/// As there.
pub fn package_with(compiled: &Compiled, card: Card, recipe: Option<Recipe>, simd: Simd) -> Result<Vec<u8>, Error> {
    check::check(&card, &compiled.plan)?;
    let card = Card { parameters: compiled.parameters, multiply_accumulates: compiled.multiply_accumulates, ..card };
    let metadata = metadata::sections(&card)?;
    let package = Package { card, recipe, plan: compiled.plan.clone() };
    let (module, constants_at) = preinitialize::preinitialize(template::template(simd), &package, &compiled.constants)?;
    let mut component = component(module)?;
    component.extend(metadata);
    component.extend(kept::section(package, constants_at));
    seal::seal(&mut component);
    Ok(component)
}

/// Wraps a core module that carries its WIT world.
fn component(module: Vec<u8>) -> Result<Vec<u8>, Error> {
    let encode = || {
        // Its own validation reads everything once more; the engine validates when it loads.
        let mut encoder = wit_component::ComponentEncoder::default().module(&module)?.validate(false);
        drop(module);
        encoder.encode()
    };
    encode().map_err(|error: anyhow::Error| Error::Template(format!("{error:#}")))
}
