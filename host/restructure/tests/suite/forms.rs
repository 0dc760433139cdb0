//! Channels are followed through changes of shape and order, through shared weights, and beside what is not followed.

use crate::support::{Net, assert_alike, compare, initialiser, int};
use maasm_restructure::channels::prune;
use maasm_tests::onnx::{integers, node};
use std::collections::HashMap;
use tract_onnx::pb::ModelProto;

/// A quarter of every group is dead: taking out a quarter changes nothing. Tells how many groups there are.
#[track_caller]
fn groups((model, shapes): &(ModelProto, HashMap<String, Vec<usize>>)) -> usize {
    let (after, report) = prune(model, &|name| shapes.get(name).cloned(), 0.25).unwrap();
    for group in &report.groups {
        assert_eq!(group.after * 4, group.before * 3, "{group:?}");
    }
    assert_alike(&[(model, &after)]);
    report.groups.len()
}

#[test]
fn through_transposed_convolutions() {
    let mut net = Net::new(1, &[1, 3, 6, 6]);
    let x = net.block("x", 8, 3, 1, 1, "Relu");
    // The weights of a transposed convolution lie by input, then by output.
    let rows = net.random(12, 8 * 4, -0.3, 0.3);
    let weights: Vec<f32> = (0..8 * 12 * 4).map(|at| rows[at / 4 % 12 * 32 + at / 48 * 4 + at % 4]).collect();
    let weights = net.parameter(&[8, 12, 2, 2], &weights);
    let bias = net.random(12, 1, -0.5, 0.5);
    let bias = net.parameter(&[12], &bias);
    let x = net.add("ConvTranspose", &[&x, &weights, &bias], &[1, 12, 12, 12], vec![integers("strides", &[2, 2])]);
    let depthwise = net.random(12, 4, -0.3, 0.3);
    let depthwise = net.parameter(&[12, 1, 2, 2], &depthwise);
    let window = vec![integers("strides", &[2, 2]), int("group", 12)];
    let x = net.add("ConvTranspose", &[&x, &depthwise], &[1, 12, 24, 24], window);
    let x = net.block(&x, 8, 3, 2, 1, "Relu");
    assert_eq!(groups(&net.classify(&x)), 3);
}

#[test]
fn through_channels_that_come_last() {
    let mut net = Net::new(2, &[1, 3, 6, 6]);
    let x = net.block("x", 8, 3, 1, 1, "Relu");
    let y = net.add("Transpose", &[&x], &[1, 6, 6, 8], vec![integers("perm", &[0, 2, 3, 1])]);
    let rows = net.random(16, 8, -0.5, 0.5);
    let weights: Vec<f32> = (0..128).map(|at| rows[at % 16 * 8 + at / 16]).collect();
    let weights = net.parameter(&[8, 16], &weights);
    let y = net.add("MatMul", &[&y, &weights], &[1, 6, 6, 16], vec![]);
    let bias = net.random(16, 1, -0.5, 0.5);
    let bias = net.parameter(&[16], &bias);
    let y = net.like("Add", &[&y, &bias]);
    let y = net.like("Erf", &[&y]);
    let rows = net.random(8, 16, -0.5, 0.5);
    let weights: Vec<f32> = (0..128).map(|at| rows[at % 8 * 16 + at / 8]).collect();
    let weights = net.parameter(&[16, 8], &weights);
    let y = net.add("MatMul", &[&y, &weights], &[1, 6, 6, 8], vec![]);
    let y = net.add("Transpose", &[&y], &[1, 8, 6, 6], vec![integers("perm", &[0, 3, 1, 2])]);
    let x = net.like("Add", &[&x, &y]);
    assert_eq!(groups(&net.classify(&x)), 2);
}

#[test]
fn through_padding_and_resizing_and_axes_that_go() {
    let mut net = Net::new(3, &[1, 3, 6, 6]);
    let x = net.block("x", 8, 3, 1, 1, "Relu");
    let pads = net.extents(&[0, 0, 1, 1, 0, 0, 1, 1]);
    let x = net.add("Pad", &[&x, &pads], &[1, 8, 8, 8], vec![]);
    let scales = net.parameter(&[4], &[1.0, 1.0, 2.0, 2.0]);
    let x = net.add("Resize", &[&x, "", &scales], &[1, 8, 16, 16], vec![]);
    let sizes = net.extents(&[1, 8, 4, 4]);
    let x = net.add("Resize", &[&x, "", "", &sizes], &[1, 8, 4, 4], vec![]);
    let x = net.block(&x, 12, 3, 1, 1, "Relu");
    let kept = int("keepdims", 1);
    let x = net.add("ReduceMean", &[&x], &[1, 12, 1, 4], vec![integers("axes", &[2]), kept]);
    let axes = net.extents(&[2]);
    let x = net.add("Squeeze", &[&x, &axes], &[1, 12, 4], vec![]);
    let x = net.add("ReduceMean", &[&x], &[1, 12], vec![integers("axes", &[-1]), int("keepdims", 0)]);
    net.dead = false;
    let x = net.gemm(&x, 5);
    assert_eq!(groups(&net.end(&x)), 2);
}

#[test]
fn through_shapes_that_are_computed_from_the_batch() {
    let mut net = Net::new(4, &[1, 3, 4, 4]);
    let x = net.block("x", 8, 3, 1, 1, "Relu");
    let [first, axes, rest] = [net.extents(&[0]), net.extents(&[0]), net.extents(&[-1])];
    // One number, without an axis.
    net.tensors.iter_mut().filter(|tensor| tensor.name == first).for_each(|tensor| tensor.dims.clear());
    let shape = net.add("Shape", &[&x], &[4], vec![]);
    let batch = net.add("Gather", &[&shape, &first], &[], vec![]);
    let batch = net.add("Unsqueeze", &[&batch, &axes], &[1], vec![]);
    let shape = net.add("Concat", &[&batch, &rest], &[2], vec![int("axis", 0)]);
    let x = net.add("Reshape", &[&x, &shape], &[1, 128], vec![]);
    net.dead = false;
    let x = net.gemm(&x, 5);
    assert_eq!(groups(&net.end(&x)), 1);
}

#[test]
fn beside_an_input_that_is_joined_to_them() {
    let mut net = Net::new(5, &[1, 3, 6, 6]);
    let x = net.block("x", 8, 3, 1, 1, "Relu");
    let x = net.add("Concat", &["x", &x, "x"], &[1, 14, 6, 6], vec![int("axis", 1)]);
    let x = net.block(&x, 8, 3, 1, 1, "Relu");
    assert_eq!(groups(&net.classify(&x)), 2);
}

#[test]
fn what_is_added_to_an_input_keeps_those_channels_and_loses_others() {
    let mut net = Net::new(5, &[1, 3, 6, 6]);
    let x = net.block("x", 8, 3, 1, 1, "Relu");
    let joined = net.add("Concat", &["x", &x], &[1, 11, 6, 6], vec![int("axis", 1)]);
    let y = net.conv(&x, 11, 3, 1, 1);
    let x = net.like("Add", &[&joined, &y]);
    let (model, shapes) = net.classify(&x);
    let (after, report) = prune(&model, &|name| shapes.get(name).cloned(), 0.5).unwrap();
    assert_eq!(report.groups[0].after, 4);
    assert_eq!(initialiser(&after, "p6").dims, [3 + 4, 4, 3, 3]);
    for comparison in compare(&[(&model, &after)]).into_iter().flatten() {
        assert!(comparison.difference.is_some());
    }
}

#[test]
fn through_one_operand_that_is_the_same_for_all_channels() {
    let mut net = Net::new(6, &[1, 3, 6, 6]);
    let x = net.block("x", 8, 3, 1, 1, "Relu");
    let attention = net.conv(&x, 1, 3, 1, 1);
    let attention = net.like("Sigmoid", &[&attention]);
    let x = net.like("Mul", &[&x, &attention]);
    let two = net.parameter(&[], &[2.0]);
    let x = net.like("Mul", &[&x, &two]);
    assert_eq!(groups(&net.classify(&x)), 1);
}

#[test]
fn layers_that_share_weights_lose_the_same_channels() {
    let mut net = Net::new(7, &[1, 3, 6, 6]);
    let x = net.block("x", 8, 3, 1, 1, "Relu");
    let x = net.conv(&x, 8, 3, 1, 1);
    let x = net.like("Relu", &[&x]);
    let again = net.nodes[net.nodes.len() - 2].clone();
    let y = net.add("Conv", &[&x, &again.input[1], &again.input[2]], &[1, 8, 6, 6], again.attribute);
    let y = net.like("Relu", &[&y]);
    // What goes in and what comes out share one axis of the weights with the layer before.
    assert_eq!(groups(&net.classify(&y)), 1);
}

#[test]
fn weights_that_are_read_in_another_way_too_keep_their_channels() {
    let mut net = Net::new(8, &[1, 3, 6, 6]);
    let x = net.conv("x", 8, 3, 1, 1);
    let x = net.conv(&x, 8, 3, 1, 1);
    let (mut model, shapes) = net.classify(&x);
    model.graph.as_mut().unwrap().node.push(node("ReduceSum", &["p0"], &["sum"], vec![]));
    model.graph.as_mut().unwrap().output.push(maasm_tests::onnx::value("sum", &[1, 1, 1, 1]));
    let (after, report) = prune(&model, &|name| shapes.get(name).cloned(), 0.25).unwrap();
    assert_eq!(initialiser(&after, "p0").dims, [8, 3, 3, 3]);
    assert_eq!(report.protected[0].reason, "tensor \"p0\" is read in several ways");
    assert_alike(&[(&model, &after)]);
}
