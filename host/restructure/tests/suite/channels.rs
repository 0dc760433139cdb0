//! Channels that contribute nothing can leave without a trace, whatever the graph, and onnxruntime is the judge.

use crate::support::{Net, assert_alike, compare, floats, initialiser, int};
use maasm_restructure::channels::{Pruned, prune};
use maasm_tests::onnx::integers;
use std::collections::HashMap;
use tract_onnx::pb::ModelProto;

type Built = (ModelProto, HashMap<String, Vec<usize>>);

fn pruned((model, shapes): &Built, fraction: f64) -> (ModelProto, Pruned) {
    prune(model, &|name| shapes.get(name).cloned(), fraction).unwrap()
}

/// A quarter of every group is dead: taking out a quarter changes nothing.
#[track_caller]
fn dead_channels_leave_without_a_trace(built: &Built) -> Pruned {
    let (after, report) = pruned(built, 0.25);
    for group in &report.groups {
        assert_eq!(group.after * 4, group.before * 3, "{group:?}");
    }
    assert!(report.parameters_after < report.parameters_before);
    assert_alike(&[(&built.0, &after)]);
    report
}

fn residual(seed: u64) -> Built {
    let mut net = Net::new(seed, &[1, 3, 12, 12]);
    let mut x = net.block("x", 16, 3, 1, 1, "Relu");
    for (out, stride) in [(16, 1), (16, 1), (32, 2), (32, 1)] {
        let y = net.block(&x, 8, 1, 1, 1, "Relu");
        let y = net.block(&y, 8, 3, stride, 1, "Relu");
        let y = net.block(&y, out, 1, 1, 1, "");
        let shortcut = if stride == 2 { net.block(&x, out, 1, stride, 1, "") } else { x };
        let sum = net.like("Add", &[&shortcut, &y]);
        x = net.like("Relu", &[&sum]);
    }
    net.classify(&x)
}

#[test]
fn residual_blocks_lose_the_same_channels_on_both_sides() {
    let report = dead_channels_leave_without_a_trace(&residual(1));
    // The trunks of both stages are one group each: three layers add up in the first, three in the second.
    let trunks: Vec<_> = report.groups.iter().filter(|group| group.layers.len() == 3).collect();
    assert_eq!(trunks.iter().map(|group| group.before).collect::<Vec<_>>(), [16, 32]);
}

#[test]
fn inverted_residuals_lose_depthwise_channels() {
    let mut net = Net::new(2, &[1, 3, 12, 12]);
    let mut x = net.block("x", 8, 3, 2, 1, "HardSwish");
    for _ in 0..2 {
        let y = net.block(&x, 24, 1, 1, 1, "Relu");
        let y = net.block(&y, 24, 3, 1, 24, "Relu");
        let y = net.block(&y, 8, 1, 1, 1, "");
        x = net.like("Add", &[&x, &y]);
    }
    let mut built = net.classify(&x);
    built.0.opset_import[0].version = 14;
    dead_channels_leave_without_a_trace(&built);
}

#[test]
fn squeeze_and_excitation_loses_the_channels_it_scales() {
    let mut net = Net::new(3, &[1, 3, 8, 8]);
    let x = net.block("x", 16, 3, 1, 1, "");
    let gate = net.like("Sigmoid", &[&x]);
    let x = net.like("Mul", &[&x, &gate]);
    let s = net.add("ReduceMean", &[&x], &[1, 16, 1, 1], vec![integers("axes", &[2, 3])]);
    let s = net.conv(&s, 4, 1, 1, 1);
    let s = net.like("Relu", &[&s]);
    let s = net.conv(&s, 16, 1, 1, 1);
    let s = net.like("HardSigmoid", &[&s]);
    let x = net.like("Mul", &[&x, &s]);
    dead_channels_leave_without_a_trace(&net.classify(&x));
}

#[test]
fn concatenated_layers_lose_channels_each_for_itself() {
    let mut net = Net::new(4, &[1, 3, 8, 8]);
    let mut x = net.block("x", 8, 3, 1, 1, "Relu");
    for _ in 0..3 {
        let y = net.norm(&x);
        let y = net.like("Relu", &[&y]);
        let y = net.conv(&y, 12, 3, 1, 1);
        let mut shape = net.shapes[&x].clone();
        shape[1] += 12;
        x = net.add("Concat", &[&x, &y], &shape, vec![int("axis", 1)]);
    }
    assert_eq!(dead_channels_leave_without_a_trace(&net.classify(&x)).groups.len(), 4);
}

fn vgg(reshape: Option<&[i64]>) -> Built {
    let mut net = Net::new(5, &[1, 3, 8, 8]);
    let x = net.conv("x", 8, 3, 2, 1);
    let slopes = net.random(8, 1, 0.1, 0.4);
    let slopes = net.parameter(&[8, 1, 1], &slopes);
    let x = net.like("PRelu", &[&x, &slopes]);
    let x = net.conv(&x, 16, 3, 1, 1);
    let x = net.like("Relu", &[&x]);
    let x = net.add(
        "MaxPool",
        &[&x],
        &[1, 16, 2, 2],
        vec![integers("kernel_shape", &[2, 2]), integers("strides", &[2, 2])],
    );
    let x = match reshape {
        None => net.flatten(&x),
        Some(extents) => {
            let extents = net.extents(extents);
            net.add("Reshape", &[&x, &extents], &[1, 64], vec![])
        }
    };
    let x = net.gemm(&x, 32);
    let x = net.like("Relu", &[&x]);
    let x = net.like("Dropout", &[&x]);
    net.dead = false;
    let x = net.gemm(&x, 5);
    net.end(&x)
}

#[test]
fn features_leave_with_the_channels_they_come_from() {
    for reshape in [None, Some(&[1, 64][..]), Some(&[-1, 64]), Some(&[0, -1])] {
        assert_eq!(dead_channels_leave_without_a_trace(&vgg(reshape)).groups.len(), 3, "{reshape:?}");
    }
}

#[test]
fn convolutions_in_groups_lose_whole_groups() {
    let mut net = Net::new(6, &[1, 3, 8, 8]);
    net.dead = false;
    let x = net.block("x", 32, 3, 1, 1, "Relu");
    let x = net.block(&x, 64, 3, 1, 8, "Relu");
    let x = net.block(&x, 16, 1, 1, 1, "Relu");
    let built = net.classify(&x);
    let (after, report) = pruned(&built, 0.25);
    assert_eq!(initialiser(&after, "p6").dims, [48, 4, 3, 3]);
    assert_eq!(report.groups[0].after, 24);
    let _ = compare(&[(&built.0, &after)]);
}

/// Which of four channels of a layer with one weight each are left, by their weights.
fn left(built: &Built, layer: &str) -> Vec<f32> {
    floats(initialiser(&pruned(built, 0.5).0, layer))
}

#[test]
fn a_channel_is_worth_what_all_layers_of_its_group_give_it_each_by_its_own_mean() {
    let mut net = Net::new(1, &[1, 1, 4, 4]);
    net.dead = false;
    let a = net.parameter(&[4, 1, 1, 1], &[4.0, -10.0, 2.0, 1.0]);
    let b = net.parameter(&[4, 1, 1, 1], &[0.1, 0.1, -0.3, 0.5]);
    let [x, y] = [&a, &b].map(|weights| net.add("Conv", &["x", weights], &[1, 4, 4, 4], vec![]));
    let x = net.like("Add", &[&x, &y]);
    let built = net.classify(&x);
    // By hand: 4/4.25 + 0.1/0.25 = 1.34, 10/4.25 + 0.1/0.25 = 2.75, 2/4.25 + 0.3/0.25 = 1.67, 1/4.25 + 0.5/0.25 = 2.24.
    assert_eq!((left(&built, &a), left(&built, &b)), (vec![-10.0, 1.0], vec![0.1, 0.5]));
}

#[test]
fn batch_normalisation_scales_what_a_channel_is_worth() {
    let mut net = Net::new(1, &[1, 1, 4, 4]);
    net.dead = false;
    let weights = net.parameter(&[4, 1, 1, 1], &[4.0, 1.0, 2.0, 3.0]);
    let scale = net.parameter(&[4], &[0.1, -3.0, 1.0, 1.0]);
    let [shift, mean] = [0.0, 0.0].map(|value| net.parameter(&[4], &[value; 4]));
    let variance = net.parameter(&[4], &[1.0, 1.0, 1.0, 4.0]);
    let x = net.add("Conv", &["x", &weights], &[1, 4, 4, 4], vec![]);
    let x = net.like("BatchNormalization", &[&x, &scale, &shift, &mean, &variance]);
    // By hand: 4 · 0.1 = 0.4, 1 · 3 = 3, 2 · 1 = 2, 3 · 1 / √4 = 1.5.
    assert_eq!(left(&net.classify(&x), &weights), [1.0, 2.0]);
}

#[test]
fn random_networks_stay_valid_whatever_the_fraction() {
    let mut random = fastrand::Rng::with_seed(7);
    let mut models = vec![];
    for seed in 0..6 {
        let built = residual(100 + seed);
        let (after, report) = pruned(&built, random.f64());
        assert!(report.groups.iter().all(|group| group.after >= 1));
        assert_eq!(pruned(&built, 0.4).0, pruned(&built, 0.4).0);
        models.push((built.0, after));
    }
    let pairs: Vec<_> = models.iter().map(|(before, after)| (before, after)).collect();
    for comparison in compare(&pairs).into_iter().flatten() {
        assert!(comparison.difference.is_some());
    }
}
