//! The smallest weights become zero, exactly as many as were asked for.

use crate::support::{Net, assert_alike, floats, initialiser, tensor};
use maasm_restructure::magnitude::prune;
use tract_onnx::pb::ModelProto;

/// A convolution of six weights and a dense layer of four, with biases that are smaller than all of them.
fn network() -> ModelProto {
    let mut net = Net::new(1, &[1, 1, 2, 2]);
    net.dead = false;
    let x = net.conv("x", 6, 1, 1, 1);
    let x = net.pool(&x);
    let x = net.flatten(&x);
    let x = net.gemm(&x, 2);
    let (mut model, _) = net.end(&x);
    let values: [&[f32]; 4] = [
        &[5.0, -1.0, 2.0, -3.0, 4.0, 9.0],
        &[0.1; 6],
        &[-2.0, 8.0, 2.0, 0.5, 6.0, 7.0, 1.5, -7.5, 10.0, 11.0, 12.0, 13.0],
        &[0.1; 2],
    ];
    for (number, (tensor, values)) in model.graph.as_mut().unwrap().initializer.iter_mut().zip(values).enumerate() {
        let dims: Vec<usize> = tensor.dims.iter().map(|&extent| extent as usize).collect();
        *tensor = crate::support::tensor(&format!("p{number}"), &dims, values);
    }
    model
}

#[test]
fn the_smallest_of_all_layers_go_and_of_equal_ones_the_first() {
    // By magnitude: 0.5, 1, 1.5, then 2 in the convolution, then two more in the dense layer. A quarter of 18 is 4.5.
    let (after, report) = prune(&network(), 0.25).unwrap();
    assert_eq!(floats(initialiser(&after, "p0")), [5.0, 0.0, 0.0, -3.0, 4.0, 9.0]);
    let dense = [0.0, 8.0, 2.0, 0.0, 6.0, 7.0, 0.0, -7.5, 10.0, 11.0, 12.0, 13.0];
    assert_eq!(floats(initialiser(&after, "p2")), dense);
    assert_eq!(floats(initialiser(&after, "p1")), [0.1; 6]);
    assert_eq!((report.weights, report.zeros, report.threshold), (18, 5, 2.0));
    assert_eq!(report.layers.iter().map(|layer| layer.zeros).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn nothing_goes_if_nothing_shall() {
    let (after, report) = prune(&network(), 0.0).unwrap();
    assert_eq!((report.zeros, report.threshold), (0, 0.0));
    assert_alike(&[(&network(), &after)]);
}

#[test]
fn what_is_zero_already_goes_first() {
    let mut model = network();
    model.graph.as_mut().unwrap().initializer[0] = tensor("p0", &[6, 1, 1, 1], &[0.0, 1.0, -0.0, 0.0, 1.0, 0.0]);
    let (after, report) = prune(&model, 4.0 / 18.0).unwrap();
    assert_eq!(report.zeros, 4);
    assert_alike(&[(&model, &after)]);
}
