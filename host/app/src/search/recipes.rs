//! What is tried.

use super::Bounds;
use super::checkpoint::{Figures, Tried};
use maasm_component::Ranges;
use maasm_component::WeightFormat::{F16, Int8};
use maasm_component::{Quantization, Recipe};

/// What is tried at first, the most promising first.
pub fn first(calibrated: bool) -> Vec<Recipe> {
    let int8 = Recipe { quantize: Some(Quantization::Int8), ..Recipe::default() };
    let with = |change: fn(&mut Recipe)| {
        let mut recipe = Recipe::default();
        change(&mut recipe);
        recipe
    };
    let in_int8 = |change: fn(&mut Recipe)| {
        let mut recipe = int8.clone();
        change(&mut recipe);
        recipe
    };
    let quantized = [
        int8.clone(),
        in_int8(|recipe| recipe.keep_float = Some(2)),
        in_int8(|recipe| recipe.keep_float = Some(6)),
        in_int8(|recipe| recipe.equalize = true),
        in_int8(|recipe| recipe.ranges = Some(Ranges::Percentile)),
        in_int8(|recipe| recipe.ranges = Some(Ranges::Entropy)),
        in_int8(|recipe| recipe.ranges = Some(Ranges::MinMax)),
    ];
    let float = [
        with(|recipe| recipe.weights = Some(F16)),
        with(|recipe| recipe.weights = Some(Int8)),
        with(|recipe| recipe.prune_channels = Some(0.05)),
        with(|recipe| recipe.prune_channels = Some(0.1)),
        with(|recipe| recipe.prune_channels = Some(0.2)),
        with(|recipe| recipe.low_rank = Some(0.95)),
        with(|recipe| recipe.prune = Some(0.3)),
        with(|recipe| recipe.prune = Some(0.5)),
    ];
    quantized.into_iter().filter(|_| calibrated).chain(float).collect()
}

/// The best in integers, with the changes of structure that keep the bound of accuracy by themselves.
pub fn combinations(tried: &[Tried], own: &Figures, bounds: &Bounds) -> Vec<Recipe> {
    let enough =
        |one: &&Tried| one.figures.is_some_and(|figures| own.accuracy - figures.accuracy <= bounds.max_top1_drop);
    let accuracy = |one: &&Tried| one.figures.map_or(0.0, |figures| figures.accuracy);
    let quantized = tried.iter().filter(|one| one.recipe.quantize.is_some());
    let Some(best) = quantized.max_by(|a, b| accuracy(a).total_cmp(&accuracy(b))) else { return Vec::new() };
    let structures = tried.iter().filter(enough).filter(|one| {
        one.recipe.quantize.is_none() && (one.recipe.prune_channels.is_some() || one.recipe.low_rank.is_some())
    });
    let both = |one: &Tried| Recipe {
        prune_channels: one.recipe.prune_channels,
        low_rank: one.recipe.low_rank,
        ..best.recipe.clone()
    };
    structures.map(both).collect()
}
