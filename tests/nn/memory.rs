//! Weights are there once, however many ask at a time.

use crate::nn::support::{by_host, compiled, component, engine};
use maasm_compile::Options;
use maasm_engine::{ElementType, Tensor};
use maasm_tests::onnx::{model, node, value, weights};
use std::sync::Barrier;
use tract_onnx::pb::GraphProto;

const AT_ONCE: u32 = 64;
/// The weights, in bytes: a dense layer of 4096 × 4096.
const WEIGHTS: u64 = 4096 * 4096 * 4;

/// What of this process lies in memory, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[test]
#[cfg(target_os = "linux")]
fn sixty_four_at_once_share_one_copy_of_the_weights() {
    let graph = GraphProto {
        name: "dense".into(),
        input: vec![value("x", &[1, 4096])],
        output: vec![value("y", &[1, 4096])],
        initializer: vec![weights("w", &[4096, 4096])],
        node: vec![node("MatMul", &["x", "w"], &["y"], vec![])],
        ..Default::default()
    };
    let component = component(&compiled(&model(graph), &Options::default()));
    let engine = engine(AT_ONCE);
    let model = by_host(&engine, &component);
    drop(component);
    let data = 1f32.to_le_bytes().repeat(4096);
    let input = Tensor { name: "x".into(), element_type: ElementType::F32, shape: vec![1, 4096], data };
    model.infer(std::slice::from_ref(&input)).unwrap();
    let before = resident();
    // All have computed, none has let go of its instance, its context or its arena.
    let (all_hold, measured) = (Barrier::new(AT_ONCE as usize + 1), Barrier::new(AT_ONCE as usize + 1));
    let held = std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let mut session = model.session().unwrap();
                session.infer(std::slice::from_ref(&input)).unwrap();
                all_hold.wait();
                measured.wait();
            });
        }
        all_hold.wait();
        let held = resident();
        measured.wait();
        held
    });
    let grown = held.saturating_sub(before);
    let mebibytes = |bytes: u64| bytes / (1 << 20);
    println!(
        "{} MiB of weights; {} MiB resident with one request done, {} MiB with {AT_ONCE} in flight",
        mebibytes(WEIGHTS),
        mebibytes(before),
        mebibytes(held)
    );
    assert!(grown < 2 * WEIGHTS, "{AT_ONCE} requests took {} MiB more", mebibytes(grown));
}
