//! Folded and equalised networks compute the same, and their channels have like ranges.

use crate::support::{Net, assert_alike, floats, int};
use maasm_restructure::equalize::equalize;
use maasm_restructure::fold::fold;
use tract_onnx::pb::{ModelProto, TensorProto};

/// Convolutions whose channels have ranges that differ by far; the activation stands between.
fn network(seed: u64, activation: &str) -> ModelProto {
    let mut net = Net::new(seed, &[1, 3, 8, 8]);
    net.dead = false;
    let x = net.block("x", 8, 3, 1, 1, activation);
    let x = net.block(&x, 8, 3, 1, 8, activation);
    let x = net.pool(&x);
    let x = net.block(&x, 8, 1, 1, 1, activation);
    let x = net.block(&x, 16, 1, 1, 2, activation);
    let (mut model, _) = net.classify(&x);
    for tensor in model.graph.as_mut().unwrap().initializer.iter_mut().filter(|tensor| tensor.dims.len() == 4) {
        let values = floats(tensor);
        let each = values.len() / tensor.dims[0] as usize;
        let scaled = values.iter().enumerate().map(|(at, value)| value * 2f32.powi(at as i32 / each as i32 % 7 - 3));
        tensor.raw_data = scaled.flat_map(f32::to_le_bytes).collect();
    }
    model
}

fn count(model: &ModelProto, operator: &str) -> usize {
    model.graph.as_ref().unwrap().node.iter().filter(|node| node.op_type == operator).count()
}

/// The weights of every convolution.
fn weights(model: &ModelProto) -> Vec<&TensorProto> {
    let graph = model.graph.as_ref().unwrap();
    let convs = graph.node.iter().filter(|node| node.op_type == "Conv");
    convs.map(|node| graph.initializer.iter().find(|tensor| tensor.name == node.input[1]).unwrap()).collect()
}

#[test]
fn folded_batch_normalisations_leave_the_same_function() {
    let before = network(1, "Relu");
    let (after, folded) = fold(&before).unwrap();
    assert_eq!((folded, count(&after, "BatchNormalization")), (4, 0));
    let mut net = Net::new(2, &[1, 3, 8, 8]);
    let x = net.pool("x");
    let x = net.flatten(&x);
    let x = net.gemm(&x, 6);
    let mut factor = int("alpha", 0);
    (factor.r#type, factor.f) = (1, 0.5);
    net.nodes.last_mut().unwrap().attribute.push(factor);
    let x = net.norm(&x);
    let (dense, _) = net.end(&x);
    let (dense_after, folded) = fold(&dense).unwrap();
    assert_eq!((folded, count(&dense_after, "BatchNormalization")), (1, 0));
    assert_alike(&[(&before, &after), (&dense, &dense_after)]);
}

#[test]
fn a_batch_normalisation_stays_where_others_read_what_it_normalises() {
    let mut net = Net::new(1, &[1, 3, 8, 8]);
    let x = net.conv("x", 8, 3, 1, 1);
    let y = net.norm(&x);
    let x = net.like("Add", &[&x, &y]);
    let (model, _) = net.classify(&x);
    assert_eq!(fold(&model).unwrap().1, 0);
}

#[test]
fn equalised_networks_compute_the_same_with_like_ranges() {
    let befores: Vec<_> = (0..4).map(|seed| network(seed, "Relu")).collect();
    let afters: Vec<_> = befores.iter().map(|before| equalize(before).unwrap()).collect();
    assert_alike(&befores.iter().zip(&afters).map(|(before, (after, _))| (before, after)).collect::<Vec<_>>());
    for (after, report) in &afters {
        assert_eq!((report.folded, report.pairs.len()), (4, 3));
        let weights = weights(after);
        // Of the depthwise convolution channel c's range is that of channel c in the layers before and behind it.
        let [before, depthwise, behind] = [0, 1, 2].map(|layer| floats(weights[layer]));
        let largest = |values: &mut dyn Iterator<Item = &f32>| values.fold(0f32, |most, value| most.max(value.abs()));
        for channel in 0..8 {
            let of_depthwise = largest(&mut depthwise[channel * 9..][..9].iter());
            let of_before = largest(&mut before[channel * 27..][..27].iter());
            let of_behind = largest(&mut behind.iter().skip(channel).step_by(8));
            assert!((of_before / of_depthwise - 1.0).abs() < 0.02, "{channel}: {of_before} {of_depthwise}");
            assert!((of_behind / of_depthwise - 1.0).abs() < 0.02, "{channel}: {of_behind} {of_depthwise}");
        }
    }
}

#[test]
fn pairs_with_an_activation_that_scales_do_not_pass_through_stay() {
    let (after, report) = equalize(&network(1, "HardSigmoid")).unwrap();
    assert!(report.pairs.is_empty());
    assert_alike(&[(&network(1, "HardSigmoid"), &after)]);
}
