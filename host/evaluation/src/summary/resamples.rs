//! Intervals: what figures are when samples are drawn again. The draws depend on seed and number alone, so that it does not
//! matter which thread makes them.

use super::Method;
use maasm_metrics::{Resample, interval};

/// The interval of each figure. `prepare` makes what a thread needs, and `figures` the figures of one resample.
pub fn intervals<W, const N: usize>(
    method: &Method,
    samples: usize,
    prepare: impl Fn() -> W + Sync,
    figures: impl Fn(&mut W, Resample) -> [Option<f64>; N] + Sync,
) -> [Option<(f64, f64)>; N] {
    // Of nothing there is no draw.
    let resamples = if samples > 0 { u64::from(method.resamples) } else { 0 };
    let numbers: Vec<u64> = (0..resamples).collect();
    let drawn = parallel(method.threads, &numbers, prepare, |work, &number| {
        figures(work, Resample::new(method.seed, number, samples))
    });
    std::array::from_fn(|place| {
        let mut values: Vec<f64> = drawn.iter().filter_map(|figures| figures[place]).collect();
        interval(&mut values)
    })
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
