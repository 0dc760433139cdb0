//! A layer of low rank becomes two that compute the same.

use crate::support::{Net, assert_alike, compare, floats, initialiser};
use maasm_restructure::Error;
use maasm_restructure::low_rank::{Keep, factorize};
use tract_onnx::pb::ModelProto;

/// rows × columns numbers, the product of two random matrices with `rank` between.
fn product(net: &mut Net, rows: usize, columns: usize, rank: usize) -> Vec<f32> {
    let [a, b] = [rows * rank, rank * columns].map(|count| net.random(count, 1, -0.5, 0.5));
    let element = |row: usize, column: usize| (0..rank).map(|k| a[row * rank + k] * b[k * columns + column]).sum();
    (0..rows * columns).map(|at| element(at / columns, at % columns)).collect()
}

/// A 1×1 convolution with a stride and padding, a Gemm, and a MatMul, of the ranks 3, 4 and 5.
fn network() -> ModelProto {
    let mut net = Net::new(1, &[1, 20, 5, 5]);
    net.dead = false;
    let weights = product(&mut net, 24, 20, 3);
    let weights = net.parameter(&[24, 20, 1, 1], &weights);
    let bias = net.random(24, 1, -1.0, 1.0);
    let bias = net.parameter(&[24], &bias);
    let window = vec![
        maasm_tests::onnx::integers("pads", &[1; 4]),
        maasm_tests::onnx::integers("strides", &[2; 2]),
        maasm_tests::onnx::integers("kernel_shape", &[1; 2]),
    ];
    let x = net.add("Conv", &["x", &weights, &bias], &[1, 24, 4, 4], window);
    let x = net.like("Relu", &[&x]);
    let x = net.pool(&x);
    let x = net.flatten(&x);
    let weights = product(&mut net, 30, 24, 4);
    let weights = net.parameter(&[30, 24], &weights);
    let bias = net.random(30, 1, -1.0, 1.0);
    let bias = net.parameter(&[30], &bias);
    let mut attributes = vec![crate::support::int("transB", 1)];
    for (name, f) in [("alpha", 0.5), ("beta", 2.0)] {
        let mut attribute = crate::support::int(name, 0);
        (attribute.r#type, attribute.f) = (1, f);
        attributes.push(attribute);
    }
    let x = net.add("Gemm", &[&x, &weights, &bias], &[1, 30], attributes);
    let x = net.like("Relu", &[&x]);
    let weights = product(&mut net, 30, 16, 5);
    let weights = net.parameter(&[30, 16], &weights);
    let x = net.add("MatMul", &[&x, &weights], &[1, 16], vec![]);
    net.end(&x).0
}

#[test]
fn with_all_energy_layers_of_low_rank_compute_the_same() {
    let before = network();
    let (after, report) = factorize(&before, Keep::Energy(1.0)).unwrap();
    assert_eq!(report.layers.iter().map(|layer| layer.rank).collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!(report.layers[0].parameters_after, 3 * 44);
    assert_alike(&[(&before, &after)]);
}

#[test]
fn less_energy_is_less_rank_and_what_would_not_be_smaller_stays() {
    let before = network();
    let (after, report) = factorize(&before, Keep::Energy(0.6)).unwrap();
    assert!(report.layers.iter().all(|layer| layer.rank < 4 && layer.energy >= 0.6 && layer.energy < 1.0));
    let comparisons = compare(&[(&before, &after)]);
    assert!(comparisons.iter().flatten().all(|comparison| comparison.difference.is_some_and(|d| d > 1e-3)));
    // 20 · 24 = 480 weights are fewer than 11 · 44, and 24 · 30 = 720 fewer than 14 · 54.
    let (after, report) = factorize(&before, Keep::Rank(11)).unwrap();
    assert_eq!(report.layers.iter().map(|layer| layer.inputs).collect::<Vec<_>>(), [24]);
    assert_eq!(floats(initialiser(&after, "p0")), floats(initialiser(&before, "p0")));
}

#[test]
fn convolutions_in_groups_and_larger_windows_stay() {
    let mut net = Net::new(1, &[1, 24, 5, 5]);
    let x = net.conv("x", 24, 1, 1, 2);
    let x = net.conv(&x, 24, 3, 1, 1);
    let (model, _) = net.end(&x);
    assert_eq!(factorize(&model, Keep::Rank(1)).unwrap().1.layers, []);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    for keep in [Keep::Energy(0.0), Keep::Energy(1.1), Keep::Energy(f64::NAN), Keep::Rank(0)] {
        assert!(matches!(factorize(&network(), keep), Err(Error::Option { .. })), "{keep:?}");
    }
}
