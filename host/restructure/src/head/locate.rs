//! Finding the head.

use super::Head;
use crate::graph::{self, Index};
use crate::{Error, attribute, tensor};
use tract_onnx::pb::tensor_shape_proto::dimension::Value;
use tract_onnx::pb::type_proto;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto, ValueInfoProto};

/// A head and its place.
pub(super) struct Located {
    pub head: Head,
    /// The Gemm, MatMul or Conv.
    pub node: usize,
    /// The Add behind a MatMul, and which operand of it is the bias.
    pub add: Option<(usize, usize)>,
    /// What stands between the head and the output, from the output on.
    pub behind: Vec<usize>,
}

pub(super) fn locate(graph: &GraphProto) -> Result<Located, Error> {
    let index = Index::new(graph);
    let output = graph.output.first().ok_or_else(|| no_head("the network has no output"))?;
    let (mut value, mut behind, mut add) = (output.name.as_str(), Vec::new(), None);
    loop {
        let id = index.maker(value).ok_or_else(|| no_head(&format!("nothing but {value:?} leads to the output")))?;
        let node = &graph.node[id];
        let operand = match graph::operator(node) {
            "Gemm" | "MatMul" | "Conv" => return read(&index, id, add, behind, output),
            "Softmax" | "LogSoftmax" | "Sigmoid" | "Flatten" | "Squeeze" | "Reshape" | "Identity" | "Dropout"
                if add.is_none() =>
            {
                0
            }
            "Add" if add.is_none() => {
                let bias = (0..2).find(|&operand| index.constant(node, operand).is_some());
                let bias = bias.ok_or_else(|| no_head(&format!("{} adds two computed values", described(node))))?;
                add = Some((id, bias));
                1 - bias
            }
            _ => return Err(no_head(&format!("{} stands before the output", described(node)))),
        };
        if add.is_none() {
            behind.push(id);
        }
        value = node.input.get(operand).ok_or_else(|| no_head(&format!("{} reads nothing", described(node))))?;
        let others = index.readings(value).len() > 1 || index.is_output(value);
        if others {
            return Err(no_head(&format!("more than {} reads what it reads", described(node))));
        }
    }
}

fn read(
    index: &Index,
    id: usize,
    add: Option<(usize, usize)>,
    behind: Vec<usize>,
    output: &ValueInfoProto,
) -> Result<Located, Error> {
    let node = &index.graph.node[id];
    let refuse = |why: &str| Err(no_head(&format!("{} {why}", described(node))));
    let Some(weights) = index.constant(node, 1) else { return refuse("has weights that are computed") };
    let dims = tensor::dims(weights);
    let is_conv = node.op_type == "Conv";
    let rows_are_classes = is_conv || attribute::int(node, "transB", 0) != 0;
    if is_conv {
        let pointwise = dims.len() > 2 && dims[2..].iter().all(|&side| side == 1);
        let pads = attribute::ints(node, "pads").is_some_and(|pads| pads.iter().any(|&pad| pad != 0));
        if !pointwise || pads || attribute::int(node, "group", 1) != 1 {
            return refuse("is a convolution that reads more than one place, or in groups");
        }
    } else if dims.len() != 2 || attribute::int(node, "transA", 0) != 0 {
        return refuse("does not multiply features by a matrix");
    }
    let (classes, features) = if rows_are_classes { (dims[0], dims[1]) } else { (dims[1], dims[0]) };
    if elements(output).is_some_and(|elements| elements != classes) {
        return refuse("makes scores for more than one place of each sample");
    }
    if add.is_some() && node.op_type != "MatMul" {
        return refuse("has an Add behind it, and only a MatMul's can be its bias");
    }
    let bias = match add {
        Some((add, operand)) => index.constant(&index.graph.node[add], operand),
        None => match node.input.get(2).filter(|name| !name.is_empty()) {
            Some(name) if index.tensor(name).is_none() => return refuse("has a bias that is computed"),
            Some(name) => index.tensor(name),
            None => None,
        },
    };
    let alpha = if node.op_type == "Gemm" { attribute::float(node, "alpha", 1.0) } else { 1.0 };
    let beta = if node.op_type == "Gemm" { attribute::float(node, "beta", 1.0) } else { 1.0 };
    let values: Vec<f32> = tensor::floats(weights)?.into_iter().map(|value| alpha * value).collect();
    let weights = if rows_are_classes { values } else { transposed(&values, features, classes) };
    let bias = match bias {
        None => vec![0.0; classes],
        Some(bias) => spread(bias, classes)?.into_iter().map(|value| beta * value).collect(),
    };
    let head = Head { layer: graph::name(node).into(), classes, features, weights, bias };
    Ok(Located { head, node: id, add, behind })
}

fn no_head(why: &str) -> Error {
    Error::NoHead { why: why.into() }
}

fn described(node: &NodeProto) -> String {
    format!("{} {:?}", node.op_type, graph::name(node))
}

/// One number for each class; a single one is for all.
fn spread(bias: &TensorProto, classes: usize) -> Result<Vec<f32>, Error> {
    let values = tensor::floats(bias)?;
    match values.len() {
        1 => Ok(vec![values[0]; classes]),
        count if count == classes => Ok(values),
        count => {
            let why = format!("has {count} elements where there are {classes} classes");
            Err(Error::Corrupt { tensor: bias.name.clone(), why })
        }
    }
}

/// The elements of one sample of an output, if its shape says so.
fn elements(output: &ValueInfoProto) -> Option<usize> {
    let type_proto::Value::TensorType(tensor) = output.r#type.as_ref()?.value.as_ref()?;
    let dims = &tensor.shape.as_ref()?.dim;
    // Of one axis it is that of the classes, the batch was squeezed away.
    dims.iter().skip(usize::from(dims.len() > 1)).try_fold(1usize, |product, dim| match dim.value {
        Some(Value::DimValue(extent)) => product.checked_mul(usize::try_from(extent).ok()?),
        _ => None,
    })
}

/// Rows become columns.
pub(super) fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column])).collect()
}
