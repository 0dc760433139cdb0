//! The classifier at the end is read, replaced, scaled and cut off.

use crate::support::{Net, compare, int};
use maasm_restructure::{Error, head};
use maasm_tests::onnx::integers;
use tract_onnx::pb::ModelProto;
use tract_onnx::pb::tensor_shape_proto::dimension::Value;
use tract_onnx::pb::type_proto;

/// The ways in which networks end.
const ENDS: [&str; 5] = ["Gemm", "Gemm with factors", "MatMul", "MatMul and Add", "Conv"];

/// Twelve features and five classes.
fn network(end: &str, softmax: bool) -> ModelProto {
    let mut net = Net::new(3, &[1, 3, 6, 6]);
    net.dead = false;
    let x = net.block("x", 12, 3, 1, 1, "Relu");
    let x = net.pool(&x);
    let x = if end == "Conv" { x } else { net.flatten(&x) };
    let x = match end {
        "Conv" => {
            let x = net.conv(&x, 5, 1, 1, 1);
            let shape = net.extents(&[1, 5]);
            net.add("Reshape", &[&x, &shape], &[1, 5], vec![])
        }
        "Gemm" => net.gemm(&x, 5),
        "Gemm with factors" => {
            let x = net.gemm(&x, 5);
            for (name, f) in [("alpha", 0.5), ("beta", 3.0)] {
                let mut attribute = int(name, 0);
                (attribute.r#type, attribute.f) = (1, f);
                net.nodes.last_mut().unwrap().attribute.push(attribute);
            }
            x
        }
        _ => {
            let weights = net.random(60, 1, -1.0, 1.0);
            let weights = net.parameter(&[12, 5], &weights);
            let x = net.add("MatMul", &[&x, &weights], &[1, 5], vec![]);
            let bias = net.random(5, 1, -1.0, 1.0);
            let bias = net.parameter(&[5], &bias);
            if end == "MatMul" { x } else { net.like("Add", &[&x, &bias]) }
        }
    };
    let x = if softmax { net.add("Softmax", &[&x], &[1, 5], vec![int("axis", 1)]) } else { x };
    net.end(&x).0
}

/// weights · features + bias, in f64.
fn scores(weights: &[f32], bias: &[f32], features: &[f64]) -> Vec<f64> {
    let product = |row: &[f32]| row.iter().zip(features).map(|(&w, f)| f64::from(w) * f).sum::<f64>();
    weights.chunks(features.len()).zip(bias).map(|(row, &bias)| product(row) + f64::from(bias)).collect()
}

fn assert_near(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{what}: {found:?} {expected:?}");
}

/// What onnxruntime makes of models, on always the same input.
fn outputs(models: &[ModelProto]) -> Option<Vec<Vec<f64>>> {
    let pairs: Vec<_> = models.iter().map(|model| (model, model)).collect();
    Some(compare(&pairs)?.into_iter().map(|comparison| comparison.output).collect())
}

#[test]
fn the_head_is_what_turns_features_into_scores() {
    let models = ENDS.map(|end| network(end, false));
    let features = models.each_ref().map(|model| head::features(model).unwrap());
    assert!(features.iter().all(|model| model.graph.as_ref().unwrap().output[0].name == "features"));
    let (Some(features), Some(expected)) = (outputs(&features), outputs(&models)) else { return };
    for (((end, model), features), expected) in ENDS.iter().zip(&models).zip(&features).zip(&expected) {
        let found = head::locate(model).unwrap();
        assert_eq!((found.classes, found.features), (5, 12), "{end}");
        assert_near(&scores(&found.weights, &found.bias, features), expected, end);
    }
}

#[test]
fn another_head_computes_its_own_product_and_sum() {
    let mut random = fastrand::Rng::with_seed(1);
    let weights: Vec<f32> = (0..7 * 12).map(|_| random.f32() - 0.5).collect();
    let bias: Vec<f32> = (0..7).map(|_| random.f32() - 0.5).collect();
    let models = ENDS.map(|end| network(end, false));
    let features = models.each_ref().map(|model| head::features(model).unwrap());
    let replaced = models.each_ref().map(|model| head::replace(model, &weights, &bias).unwrap());
    for (end, replaced) in ENDS.iter().zip(&replaced) {
        let found = head::locate(replaced).unwrap();
        assert_eq!((found.weights.as_slice(), found.bias.as_slice()), (&weights[..], &bias[..]), "{end}");
    }
    let (Some(features), Some(expected)) = (outputs(&features), outputs(&replaced)) else { return };
    for ((end, features), expected) in ENDS.iter().zip(&features).zip(&expected) {
        assert_near(&scores(&weights, &bias, features), expected, end);
    }
}

#[test]
fn the_output_has_the_new_number_of_classes_and_softmax_stays() {
    let replaced = head::replace(&network("Gemm", true), &[0.0; 36], &[1.0; 3]).unwrap();
    let graph = replaced.graph.as_ref().unwrap();
    let Some(type_proto::Value::TensorType(tensor)) = &graph.output[0].r#type.as_ref().unwrap().value else { panic!() };
    assert_eq!(tensor.shape.as_ref().unwrap().dim[1].value, Some(Value::DimValue(3)));
    let Some(probabilities) = outputs(&[replaced]) else { return };
    assert_near(&probabilities[0], &[1.0 / 3.0; 3], "equal scores");
}

#[test]
fn a_scaled_head_makes_scaled_scores() {
    let models = ENDS.map(|end| network(end, false));
    for factor in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert!(matches!(head::scale(&models[0], factor), Err(Error::Option { .. })));
    }
    let scaled = models.each_ref().map(|model| head::scale(model, 2.5).unwrap());
    let (Some(before), Some(after)) = (outputs(&models), outputs(&scaled)) else { return };
    for ((end, before), after) in ENDS.iter().zip(&before).zip(&after) {
        assert_near(after, &before.iter().map(|score| score * 2.5).collect::<Vec<_>>(), end);
    }
}

#[test]
fn what_does_not_fit_is_refused_with_the_numbers() {
    let model = network("Gemm", false);
    let error = head::replace(&model, &[0.0; 13], &[0.0; 2]).unwrap_err().to_string();
    assert!(error.contains("13 weights and 2 biases; 12 features"), "{error}");
    assert!(matches!(head::replace(&model, &[], &[]), Err(Error::Head { .. })));
    assert!(matches!(head::replace(&model, &[f32::NAN; 12], &[0.0]), Err(Error::Head { .. })));
}

#[test]
fn networks_without_a_head_say_what_is_there_instead() {
    let mut net = Net::new(3, &[1, 3, 6, 6]);
    let x = net.block("x", 12, 3, 1, 1, "Relu");
    let error = head::locate(&net.end(&x).0).unwrap_err().to_string();
    assert!(error.contains("Relu \"t2\" stands before the output"), "{error}");
    // A convolution at every place is a segmentation, not a classifier.
    let mut net = Net::new(3, &[1, 3, 6, 6]);
    let x = net.conv("x", 12, 1, 1, 1);
    let error = head::locate(&net.end(&x).0).unwrap_err().to_string();
    assert!(error.contains("more than one place"), "{error}");
    let mut net = Net::new(3, &[1, 7, 12]);
    let weights = net.parameter(&[12, 5], &[0.5; 60]);
    let x = net.add("MatMul", &["x", &weights], &[1, 7, 5], vec![]);
    let error = head::locate(&net.end(&x).0).unwrap_err().to_string();
    assert!(error.contains("more than one place"), "{error}");
    let mut net = Net::new(3, &[1, 3, 6, 6]);
    let x = net.add("MaxPool", &["x"], &[1, 3, 3, 3], vec![integers("kernel_shape", &[2, 2])]);
    assert!(matches!(head::features(&net.end(&x).0), Err(Error::NoHead { .. })));
}
