//! Bad input is refused by an error that names it.

use crate::support::{Net, initialiser, tensor};
use maasm_restructure::{channels, head, magnitude, normalise};
use maasm_tests::onnx::{node, small_network};
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, ModelProto, TensorProto};

fn shapes(name: &str) -> Option<Vec<usize>> {
    (name == "pool").then(|| vec![1, 4, 1, 1])
}

fn prune(model: &ModelProto, fraction: f64) -> Result<ModelProto, String> {
    channels::prune(model, &shapes, fraction).map(|(model, _)| model).map_err(|error| error.to_string())
}

fn changed(name: &str, change: impl Fn(&mut TensorProto)) -> ModelProto {
    let mut model = small_network();
    model.graph.as_mut().unwrap().initializer.iter_mut().filter(|tensor| tensor.name == name).for_each(change);
    model
}

#[test]
fn fractions_outside_their_range() {
    for fraction in [-0.1, 1.0, 1.5, f64::NAN, f64::INFINITY] {
        assert!(prune(&small_network(), fraction).unwrap_err().contains("not between 0 and 1"));
        assert!(magnitude::prune(&small_network(), fraction).unwrap_err().to_string().contains("not between 0 and 1"));
    }
}

#[test]
fn weights_that_are_no_numbers() {
    let model = changed("conv.weight", |tensor| tensor.raw_data[4..8].copy_from_slice(&f32::NAN.to_le_bytes()));
    let wanted = "tensor \"conv.weight\" holds NaN at position 1";
    assert!(prune(&model, 0.5).unwrap_err().contains(wanted));
    assert!(magnitude::prune(&model, 0.5).unwrap_err().to_string().contains(wanted));
    let model = changed("fc.weight", |tensor| tensor.raw_data[..4].copy_from_slice(&f32::INFINITY.to_le_bytes()));
    assert!(head::locate(&model).unwrap_err().to_string().contains("\"fc.weight\" holds inf at position 0"));
}

#[test]
fn weights_that_are_not_f32() {
    let model = changed("fc.weight", |tensor| {
        tensor.data_type = DataType::Float16 as i32;
        tensor.raw_data.truncate(tensor.raw_data.len() / 2);
    });
    assert!(prune(&model, 0.5).unwrap_err().contains("tensor \"fc.weight\" holds FLOAT16"));
}

#[test]
fn tensors_that_do_not_fit() {
    let model = changed("fc.weight", |tensor| tensor.raw_data.truncate(8));
    assert!(prune(&model, 0.5).unwrap_err().contains("tensor \"fc.weight\" has 2 elements"));
    let model = changed("bn.mean", |mean| *mean = tensor("bn.mean", &[3], &[0.0; 3]));
    assert!(prune(&model, 0.5).unwrap_err().contains("tensor \"bn.mean\" has the shape [3]"));
    let model = changed("fc.weight", |weights| *weights = tensor("fc.weight", &[3, 5], &[0.0; 15]));
    assert!(prune(&model, 0.5).unwrap_err().contains("should hold 4 channels"));
}

#[test]
fn networks_in_which_nothing_can_be_pruned() {
    let mut net = Net::new(1, &[1, 3, 6, 6]);
    let x = net.like("Relu", &["x"]);
    let (model, _) = net.end(&x);
    assert!(prune(&model, 0.5).unwrap_err().contains("no convolution or dense layer"));
    assert!(magnitude::prune(&model, 0.5).unwrap_err().to_string().contains("no convolution or dense layer"));
    let mut net = Net::new(1, &[1, 3, 6, 6]);
    let x = net.conv("x", 8, 3, 1, 1);
    let (model, _) = net.end(&x);
    assert!(prune(&model, 0.5).unwrap_err().contains("output \"t0\" of the network"));
}

#[test]
fn graphs_that_are_none() {
    assert!(prune(&ModelProto::default(), 0.5).unwrap_err().contains("has no graph"));
    let mut model = small_network();
    model.graph.as_mut().unwrap().node[0].input[0] = "scores".into();
    assert!(prune(&model, 0.5).unwrap_err().contains("needs, in the end, its own result"));
}

#[test]
fn what_is_not_followed_protects_channels_and_says_so() {
    let mut net = Net::new(1, &[1, 3, 6, 6]);
    let x = net.conv("x", 8, 3, 1, 1);
    let x = net.like("LRN", &[&x]);
    let x = net.conv(&x, 8, 3, 1, 1);
    let x = net.conv(&x, 8, 3, 1, 1);
    let (model, _) = net.classify(&x);
    let (after, report) = channels::prune(&model, &|_| None, 0.5).unwrap();
    assert_eq!(initialiser(&after, "p0").dims[0], 8);
    let reasons: Vec<_> = report.protected.iter().map(|protected| protected.reason.as_str()).collect();
    // No shape is known, so the Flatten cannot tell how many features a channel becomes.
    let flatten = "Flatten \"t5\" flattens what has no known shape";
    assert_eq!(reasons, ["LRN \"t1\" is not followed", flatten, "output \"t6\" of the network"]);
}

#[test]
fn constants_may_be_nodes_and_nodes_in_any_order() {
    let mut model = small_network();
    let graph = model.graph.as_mut().unwrap();
    let weights = graph.initializer.remove(0);
    let attribute = AttributeProto {
        name: "value".into(),
        r#type: AttributeType::Tensor as i32,
        t: Some(TensorProto { name: String::new(), ..weights }),
        ..Default::default()
    };
    graph.node.push(node("Constant", &[], &["conv.weight"], vec![attribute]));
    graph.node.reverse();
    let normal = normalise(&model).unwrap();
    assert_eq!(normal.graph.as_ref().unwrap().node, small_network().graph.unwrap().node);
    assert_eq!(initialiser(&prune(&model, 0.5).unwrap(), "conv.weight").dims, [2, 3, 3, 3]);
}
