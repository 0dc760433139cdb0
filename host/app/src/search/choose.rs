//! Which of the candidates is taken.

use super::Bounds;
use super::checkpoint::{Figures, Tried};
use crate::Error;
use maasm_component::Recipe;

/// The fastest that keeps the bounds; of those that are equally fast, within a hundredth, the smallest.
pub fn choose(own: &Figures, tried: &[Tried], bounds: &Bounds) -> Result<Recipe, Error> {
    let drop = |figures: &Figures| own.accuracy - figures.accuracy;
    let made: Vec<(&Recipe, Figures)> = tried.iter().filter_map(|one| Some((&one.recipe, one.figures?))).collect();
    let keeps = |figures: &Figures| {
        drop(figures) <= bounds.max_top1_drop + f64::EPSILON
            && bounds.max_size.is_none_or(|most| figures.size <= most)
            && bounds.max_time.is_none_or(|most| figures.time <= most)
            // Something has to be won.
            && (figures.size < own.size || figures.time < own.time)
    };
    let rank = |figures: &Figures| ((figures.time * 100.0).round() as u64, figures.size);
    let best = made.iter().filter(|(_, figures)| keeps(figures)).min_by_key(|(_, figures)| rank(figures));
    if let Some((recipe, _)) = best {
        return Ok((*recipe).clone());
    }
    let told = |(recipe, figures): &(&Recipe, Figures)| {
        format!(
            "{} loses {:.2} points, has {:.2} MB and takes {:.2} of the time",
            recipe.options().join(" "),
            100.0 * drop(figures),
            figures.size as f64 / 1e6,
            figures.time
        )
    };
    let nearest = made.iter().min_by(|(_, a), (_, b)| excess(own, a, bounds).total_cmp(&excess(own, b, bounds)));
    let nearest = nearest.map_or_else(|| "nothing could be made".into(), told);
    Err(Error::Optimization(format!("none of {} candidates keeps the bounds; the nearest: {nearest}", tried.len())))
}

/// How far beyond the bounds something is.
fn excess(own: &Figures, figures: &Figures, bounds: &Bounds) -> f64 {
    let beyond = |value: f64, most: Option<f64>| most.map_or(0.0, |most| (value / most - 1.0).max(0.0));
    // A point of accuracy counts as a tenth of size or time.
    let points = 100.0 * (own.accuracy - figures.accuracy - bounds.max_top1_drop).max(0.0);
    points / 10.0
        + beyond(figures.size as f64, bounds.max_size.map(|most| most as f64))
        + beyond(figures.time, bounds.max_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(keep_float: u32, size: u64, time: f64, accuracy: f64) -> Tried {
        let recipe = Recipe { keep_float: Some(keep_float), ..Recipe::default() };
        Tried { recipe, figures: Some(Figures { size, time, accuracy }) }
    }

    const OWN: Figures = Figures { size: 100, time: 1.0, accuracy: 0.9 };

    #[test]
    fn the_fastest_within_the_bounds_is_taken() {
        let all = [tried(1, 30, 0.4, 0.80), tried(2, 30, 0.5, 0.895), tried(3, 60, 0.9, 0.9), tried(4, 29, 0.5, 0.895)];
        let bounds = Bounds { max_top1_drop: 0.005, ..Bounds::default() };
        assert_eq!(choose(&OWN, &all, &bounds).unwrap(), all[3].recipe);
        let strict = Bounds::default();
        assert_eq!(choose(&OWN, &all, &strict).unwrap(), all[2].recipe);
    }

    #[test]
    fn bounds_that_nothing_keeps_are_told_with_the_nearest() {
        let all = [tried(1, 30, 0.4, 0.80), tried(2, 50, 0.5, 0.89)];
        let bounds = Bounds { max_top1_drop: 0.005, max_size: Some(45), ..Bounds::default() };
        let why = choose(&OWN, &all, &bounds).unwrap_err().to_string();
        assert!(why.contains("none of 2 candidates") && why.contains("--keep-float=2 loses 1.00 points"), "{why}");
    }
}
