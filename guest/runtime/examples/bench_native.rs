//! Times typical layers on this machine: `cargo run --release -p maasm-runtime --example bench_native`.

mod layers;

use layers::Numbers;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

fn main() {
    let mut networks = BTreeMap::new();
    for layer in layers::LAYERS {
        let mut executors = [Numbers::Floats, Numbers::Bytes].map(|numbers| layer.executor(numbers));
        let mut best = [f64::INFINITY; 2];
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(300) {
            for (executor, best) in executors.iter_mut().zip(&mut best) {
                let begin = Instant::now();
                executor.run().expect("the layers have no indices");
                *best = best.min(begin.elapsed().as_secs_f64());
            }
        }
        let [floats, bytes] =
            best.map(|best| format!("{:8.3} ms {:6.1} GFLOP/s", best * 1e3, 2e-9 * layer.macs() / best));
        println!("{layer}  f32 {floats}  int8 {bytes}  {:.2}x", best[0] / best[1]);
        let seconds: &mut [f64; 2] = networks.entry(layer.network).or_default();
        seconds.iter_mut().zip(best).for_each(|(seconds, best)| *seconds += f64::from(layer.count) * best);
    }
    for (network, [floats, bytes]) in networks {
        let ratio = floats / bytes;
        println!("{network:12} f32 {:8.2} ms, int8 {:8.2} ms in these layers: {ratio:.2}x", floats * 1e3, bytes * 1e3);
    }
}
