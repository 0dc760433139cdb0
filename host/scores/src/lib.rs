//! The kind of a classifier's outputs: logits, probabilities, or numbers between 0 and 1 for each class on its own.
//!
//! That is decided once for each model, when it is packaged. The plan is followed with what is known of the elements in place
//! of the elements: between what they lie, and what they add up to along an axis. Then the model is run on some random
//! inputs, which confirms it, or tells where the plan does not.
//!
//! # Layout
//! - `fact`: what is known of a tensor; `memory`: of all that lie in the arena
//! - `follow`: through a plan; `unary`, `binary`: through functions of one and of two tensors
//! - `tried`: what outputs are when the model is run

mod binary;
mod fact;
mod follow;
mod memory;
#[cfg(test)]
mod tests;
mod tried;
mod unary;

use fact::Fact;
use maasm_compile::Compiled;
use maasm_plan::{Package, Plan, Recipe, Scores};
use maasm_protocol::evaluation as protocol;
use tried::Tried;

/// The most that rounding may take a number out of its bounds, 0 and 1: half a step of seven bits.
const LOOSE: f64 = 0.005;

/// The largest distance from 1 of a sum of floats that is 1 but for rounding.
const NEAR: f64 = 1e-3;

/// Finds the kind of a model's first output by what the model computes. A recipe tells the range of a picture's numbers.
pub fn find(compiled: &Compiled, recipe: Option<&Recipe>) -> Scores {
    let Some(classes) = classes(&compiled.plan) else { return Scores::Logits };
    let known = follow::follow(compiled).map_or(Known::Nothing, |fact| Known::of(&fact, classes));
    decide(known, tried::natively(compiled, recipe))
}

/// The same of a model that does not say what it computes, by what it answers to numbers of f32, and whole numbers of so many
/// bytes, for each of its inputs.
pub fn find_by(mut answer: impl FnMut(&dyn Fn(usize, Option<usize>) -> Vec<u8>) -> Option<Vec<f64>>) -> Scores {
    let answers = (0..tried::RUNS).filter_map(|run| {
        answer(&|elements, width| match width {
            None => tried::floats(tried::ends(None, run), elements, run),
            Some(width) => tried::whole_numbers(width, elements, run),
        })
    });
    decide(Known::Nothing, Tried::of(&answers.collect::<Vec<_>>()))
}

/// The kind of a packaged model's outputs, as reports have it; none where the first output is no list of classes.
pub fn said(package: &Package) -> Option<protocol::Scores> {
    is_list(&package.plan).then(|| spoken(package.card.scores))
}

/// As reports and descriptions say it.
pub fn spoken(scores: Scores) -> protocol::Scores {
    match scores {
        Scores::Logits => protocol::Scores::Logits,
        Scores::Probabilities => protocol::Scores::Probabilities,
        Scores::Sigmoid => protocol::Scores::Sigmoid,
    }
}

/// Checks that the first output is a list of numbers, of which scores can be made.
pub fn is_list(plan: &Plan) -> bool {
    classes(plan).is_some()
}

/// The length of the first output, if that is a list of numbers of any type.
fn classes(plan: &Plan) -> Option<usize> {
    let port = plan.outputs.first()?;
    let is_list = port.count.is_none() && port.shape.iter().filter(|&&extent| extent != 1).count() <= 1;
    is_list.then(|| port.shape.iter().map(|&extent| extent as usize).product())
}

/// Checks that these strides visit one element after the other, from the first on.
fn is_dense(shape: &[u32], strides: &[u32]) -> bool {
    let mut dense = 1u64;
    shape.iter().zip(strides).rev().all(|(&extent, &stride)| {
        let same = extent == 1 || u64::from(stride) == dense;
        dense = dense.saturating_mul(u64::from(extent));
        same
    })
}

/// The outcome of following a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Known {
    /// Numbers between 0 and 1 that add up to 1, give or take as much.
    Parts(f64),
    /// Numbers between 0 and 1.
    Bounded,
    Nothing,
}

impl Known {
    fn of(fact: &Fact, classes: usize) -> Self {
        if !fact.range.is_within(-LOOSE, 1.0 + LOOSE) {
            return Self::Nothing;
        }
        let sum = fact.sum.filter(|sum| sum.axis.is_whole() && sum.axis.extent == classes && classes > 1);
        match sum.filter(|sum| (sum.total - 1.0).abs() < NEAR) {
            Some(sum) => Self::Parts(sum.error),
            None => Self::Bounded,
        }
    }
}

fn decide(known: Known, tried: Option<Tried>) -> Scores {
    let is_bounded = |tried: &Tried| tried.low >= -LOOSE && tried.high <= 1.0 + LOOSE;
    match (known, tried) {
        // What rounds and overflows does not always do what the plan says.
        (_, Some(tried)) if !is_bounded(&tried) => Scores::Logits,
        (Known::Parts(error), Some(tried)) if tried.off <= error + NEAR => Scores::Probabilities,
        (Known::Parts(_), None) => Scores::Probabilities,
        (_, Some(tried)) if tried.off <= NEAR && tried.is_telling => Scores::Probabilities,
        (Known::Parts(_) | Known::Bounded, _) => Scores::Sigmoid,
        (Known::Nothing, _) => Scores::Logits,
    }
}
