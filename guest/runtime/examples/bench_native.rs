//! Times typical layers on this machine: `cargo run --release -p maasm-runtime --example bench_native`.

mod layers;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

fn main() {
    let mut networks = BTreeMap::new();
    for layer in layers::LAYERS {
        let mut executor = layer.executor();
        let mut best = f64::INFINITY;
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(150) {
            let begin = Instant::now();
            executor.run().expect("the layers have no indices");
            best = best.min(begin.elapsed().as_secs_f64());
        }
        println!("{layer}  {:8.3} ms {:6.1} GFLOP/s", best * 1e3, 2e-9 * layer.macs() / best);
        *networks.entry(layer.network).or_insert(0.0) += f64::from(layer.count) * best;
    }
    for (network, seconds) in networks {
        println!("{network:12} {:8.2} ms in these layers", seconds * 1e3);
    }
}
