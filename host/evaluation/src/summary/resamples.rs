//! Intervals: what figures are when samples are drawn again. The draws depend on seed and number alone, so that it does not
//! matter which thread makes them.

use super::Method;
use maasm_metrics::{Resample, Tally, interval};

/// An interval, or why there is none; neither where nothing was drawn or a figure is not defined.
pub type Interval = Result<Option<(f64, f64)>, String>;

/// The interval of each figure. `prepare` makes what a thread needs, and `drawn` the figures of one resample.
pub fn intervals<W, const N: usize>(
    method: &Method,
    samples: usize,
    figures: [Option<f64>; N],
    prepare: impl Fn() -> W + Sync,
    drawn: impl Fn(&mut W, Resample) -> [Option<f64>; N] + Sync,
) -> [Interval; N] {
    // Of nothing there is no draw.
    let resamples = if samples > 0 { u64::from(method.resamples) } else { 0 };
    let numbers: Vec<u64> = (0..resamples).collect();
    let drawn = parallel(method.threads, &numbers, prepare, |work, &number| {
        drawn(work, Resample::new(method.seed, number, samples))
    });
    std::array::from_fn(|place| {
        let Some(figure) = figures[place] else { return Ok(None) };
        let mut values: Vec<f64> = drawn.iter().filter_map(|figures| figures[place]).collect();
        interval(figure, &mut values).map_err(|_| {
            "drawing these samples again moves the figure farther than it spreads it; there are too few of them".into()
        })
    })
}

/// The fewest samples of a class with which nearly all resamples have it, and spread its figures about as widely as they should.
const ENOUGH: u64 = 10;
/// One class in so many may have fewer.
const PART: usize = 20;

/// Explains why means over classes have no interval with these samples; none if they may have one.
pub fn too_few(tally: &Tally) -> Option<String> {
    let supports: Vec<u64> = tally.classes().map(|class| tally.support(class)).filter(|support| *support > 0).collect();
    let (all, few) = (supports.len(), supports.iter().filter(|support| **support < ENOUGH).count());
    (few * PART > all).then(|| {
        format!(
            "{few} of {all} classes have fewer than {ENOUGH} samples: drawn again, some would be missing, and of the others \
             there is too little to tell how uncertain a mean over classes is"
        )
    })
}

/// Tells means over classes from other figures.
pub fn is_over_classes(name: &str) -> bool {
    name.ends_with("_macro") || ["balanced_accuracy", "precision_weighted", "f1_weighted"].contains(&name)
}

/// Does the same with each item, on so many threads; the results in the order of the items.
pub fn parallel<I: Sync, W, T: Send>(
    threads: usize,
    items: &[I],
    prepare: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, &I) -> T + Sync,
) -> Vec<T> {
    let share = items.len().div_ceil(threads.max(1)).max(1);
    let run = |items: &[I]| {
        let mut prepared = prepare();
        items.iter().map(|item| work(&mut prepared, item)).collect::<Vec<T>>()
    };
    std::thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = items.chunks(share).map(|items| scope.spawn(move || run(items))).collect();
        let join = |thread: std::thread::ScopedJoinHandle<Vec<T>>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().flat_map(join).collect()
    })
}
