//! Typical layers for a WebAssembly host to time: it calls `run(layer, bytes, times)` twice with different `times` and
//! divides the difference; `bytes` is 1 for numbers of seven bits, 0 for f32. `macs(layer)` is negative behind the last one. With the feature `self-check` there is also
//! `self_check(seed)`.

mod layers;

use layers::{LAYERS, Numbers};
use maasm_runtime::{AlignedBytes, Executor};
use std::cell::RefCell;

/// A layer and what runs it.
type Prepared = Option<(usize, Executor<AlignedBytes>)>;

thread_local! {
    static PREPARED: RefCell<[Prepared; 2]> = const { RefCell::new([None, None]) };
}

/// Multiply-accumulate operations of a layer.
#[unsafe(no_mangle)]
pub extern "C" fn macs(layer: usize) -> f64 {
    LAYERS.get(layer).map_or(-1.0, |layer| layer.macs())
}

/// How often its network has a layer.
#[unsafe(no_mangle)]
pub extern "C" fn count(layer: usize) -> u32 {
    LAYERS[layer].count
}

/// Runs a layer so many times.
#[unsafe(no_mangle)]
pub extern "C" fn run(layer: usize, bytes: usize, times: u32) {
    PREPARED.with_borrow_mut(|prepared| {
        let prepared = &mut prepared[bytes];
        let numbers = [Numbers::Floats, Numbers::Bytes][bytes];
        if prepared.as_ref().is_none_or(|(of, _)| *of != layer) {
            *prepared = Some((layer, LAYERS[layer].executor(numbers)));
        }
        let (_, executor) = prepared.as_mut().expect("just prepared");
        (0..times).for_each(|_| executor.run().expect("the layers have no indices"));
    });
}

/// 0 if every fast kernel agrees with its specification; else a panic says which does not.
#[cfg(feature = "self-check")]
#[unsafe(no_mangle)]
pub extern "C" fn self_check(seed: u64) -> u32 {
    maasm_runtime::self_check(seed).expect("kernels agree");
    0
}
