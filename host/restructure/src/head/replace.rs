//! Another head in the place of the old one.

use super::locate::{Located, locate, transposed};
use crate::names::Names;
use crate::{Error, attribute, graph, normalise, tensor};
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension::Value};
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, ValueInfoProto, type_proto};

/// The same network with other weights (row-major [classes, features]) and bias ([classes]) in its head; as many classes
/// as there are biases. What stands behind the head, such as Softmax, stays.
///
/// # Errors
/// As [`locate`](super::locate); and if the sizes do not fit the features, or a value is not finite.
pub fn replace(model: &ModelProto, weights: &[f32], bias: &[f32]) -> Result<ModelProto, Error> {
    let mut model = normalise::normalise(model)?;
    let graph = normalise::graph_mut(&mut model)?;
    let located = locate(graph)?;
    let (classes, features) = (bias.len(), located.head.features);
    if classes == 0 || weights.len() != classes * features {
        let found = weights.len();
        let why = format!("{found} weights and {classes} biases; {features} features need {features} weights a class");
        return Err(Error::Head { why });
    }
    if let Some(value) = weights.iter().chain(bias).find(|value| !value.is_finite()) {
        return Err(Error::Head { why: format!("it holds {value}; weights have to be finite") });
    }
    let mut names = Names::of(graph);
    if classes != located.head.classes {
        resize(graph, &located, classes, &mut names);
    }
    place(graph, &located, weights, bias, &mut names);
    graph::sweep(graph);
    Ok(model)
}

fn place(graph: &mut GraphProto, located: &Located, weights: &[f32], bias: &[f32], names: &mut Names) {
    let (classes, features) = (bias.len(), located.head.features);
    let weights_name = names.free(&format!("{}.weight", located.head.layer));
    let bias_name = names.free(&format!("{}.bias", located.head.layer));
    let node = &mut graph.node[located.node];
    let rank =
        graph.initializer.iter().find(|tensor| tensor.name == node.input[1]).map_or(2, |tensor| tensor.dims.len());
    node.input[1] = weights_name.clone();
    let stored = match graph::operator(node) {
        "MatMul" => tensor::new_floats(&weights_name, &[features, classes], &transposed(weights, classes, features)),
        "Conv" => {
            let dims = [&[classes, features][..], &vec![1; rank - 2]].concat();
            tensor::new_floats(&weights_name, &dims, weights)
        }
        _ => {
            attribute::remove(node, "alpha");
            attribute::remove(node, "beta");
            attribute::set_int(node, "transB", 1);
            tensor::new_floats(&weights_name, &[classes, features], weights)
        }
    };
    match located.add {
        Some((add, operand)) => graph.node[add].input[operand] = bias_name.clone(),
        None if node.op_type == "MatMul" => add_behind(graph, located.node, &bias_name, names),
        None => {
            node.input.truncate(2);
            node.input.push(bias_name.clone());
        }
    }
    graph.initializer.push(stored);
    graph.initializer.push(tensor::new_floats(&bias_name, &[classes], bias));
}

/// A MatMul that had no bias gets an Add.
fn add_behind(graph: &mut GraphProto, matmul: usize, bias: &str, names: &mut Names) {
    let product = names.free(&format!("{}.product", graph::name(&graph.node[matmul])));
    let sum = std::mem::replace(&mut graph.node[matmul].output[0], product.clone());
    let add = NodeProto {
        op_type: "Add".into(),
        name: names.free(&format!("{sum}.add")),
        input: vec![product, bias.into()],
        output: vec![sum],
        ..Default::default()
    };
    graph.node.insert(matmul + 1, add);
}

/// Tells what stands behind the head how many classes there are.
fn resize(graph: &mut GraphProto, located: &Located, classes: usize, names: &mut Names) {
    let before = located.head.classes as i64;
    for &id in &located.behind {
        let node = &mut graph.node[id];
        if graph::operator(node) != "Reshape" {
            continue;
        }
        let shape = node.input.get(1).and_then(|name| graph.initializer.iter().find(|tensor| &tensor.name == name));
        let mut extents = shape.and_then(tensor::integers).unwrap_or_default();
        if let Some(at) = of_classes(&extents, before) {
            extents[at] = classes as i64;
            node.input[1] = names.free(&node.input[1]);
            graph.initializer.push(tensor::new_integers(&node.input[1], &[extents.len()], &extents));
        }
    }
    let changed: Vec<String> = (located.behind.iter().copied())
        .chain([located.node])
        .chain(located.add.map(|(add, _)| add))
        .flat_map(|id| graph.node[id].output.clone())
        .collect();
    graph.value_info.retain(|value| !changed.contains(&value.name));
    if let Some(output) = graph.output.first_mut() {
        set_classes(output, before, classes);
    }
}

/// The axis of the classes: not the first, which is the batch, if there is another.
fn of_classes(extents: &[i64], classes: i64) -> Option<usize> {
    let behind = extents.iter().skip(1).position(|&extent| extent == classes).map(|at| at + 1);
    behind.or_else(|| extents.iter().position(|&extent| extent == classes))
}

fn set_classes(output: &mut ValueInfoProto, before: i64, classes: usize) -> Option<()> {
    let type_proto::Value::TensorType(tensor) = output.r#type.as_mut()?.value.as_mut()?;
    let dims = &mut tensor.shape.as_mut()?.dim;
    let extent = |dim: &Dimension| match dim.value {
        Some(Value::DimValue(extent)) => extent,
        _ => -1,
    };
    let extents: Vec<i64> = dims.iter().map(extent).collect();
    dims[of_classes(&extents, before)?].value = Some(Value::DimValue(classes as i64));
    Some(())
}
