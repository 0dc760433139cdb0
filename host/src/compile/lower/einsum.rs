//! Matrix products by constant weights, written as einsums.

use super::{Lowered, Node};
use crate::compile::draft::{Draft, operand_as, row_major_strides};
use crate::compile::kernel::{Conv, Kernel, Weights};
use tract_onnx::tract_core::axes::Axis;
use tract_onnx::tract_core::ops::einsum::EinSum;

/// `x[m…, k…] · weights[k…, n…]`, in whatever order the axes are written: a 1×1 convolution over the m places.
pub fn lower(op: &EinSum, node: Node, draft: &mut Draft) -> Lowered {
    if op.q_params.is_some() {
        return Err("quantised products are not supported yet".into());
    }
    let [_, _] = node.inputs[..] else { return Err(format!("{} operands, only 2 are supported", node.inputs.len())) };
    let (data, fixed) = match (node.constant(0), node.constant(1)) {
        (None, Some(_)) => (0, 1),
        (Some(_), None) => (1, 0),
        _ => return Err("products of two computed tensors are not supported yet".into()),
    };
    let weights = node.constant(fixed).expect("it is constant").clone();
    if weights.datum_type() != tract_onnx::prelude::DatumType::F32 {
        return Err(format!("weights of type {:?} are not supported yet", weights.datum_type()));
    }
    let axes: Vec<&Axis> = op.axes.iter_all_axes().collect();
    let place = |axis: &Axis, slot: usize| axis.inputs[slot].first().copied();
    let kept = |axis: &Axis| axis.outputs[0].first().copied();
    if axes.iter().any(|a| a.inputs.iter().chain(&a.outputs).any(|places| places.len() > 1)) {
        return Err("diagonals are not supported yet".into());
    }

    let value = node.value(data, draft);
    let mut outer = Vec::new(); // (axis of the value, axis of the output)
    let mut contracted = Vec::new(); // (axis of the value, axis of the weights)
    let mut new = Vec::new(); // (axis of the weights, axis of the output)
    for axis in axes {
        let extent = |slot: usize| {
            place(axis, slot).map_or(1, |p| if slot == data { value.shape[p] } else { weights.shape()[p] })
        };
        match (place(axis, data), place(axis, fixed), kept(axis)) {
            (Some(d), None, Some(o)) => outer.push((d, o)),
            (Some(d), Some(_), Some(o)) if extent(fixed) == 1 => outer.push((d, o)),
            (Some(d), Some(w), None) if extent(data) == extent(fixed) => contracted.push((d, w)),
            (None, Some(w), Some(o)) => new.push((w, o)),
            (Some(_), Some(w), Some(o)) if extent(data) == 1 => new.push((w, o)),
            (_, _, None) if extent(data) == 1 && extent(fixed) == 1 => {}
            _ => return Err(format!("the einsum {} is not supported yet", op.axes)),
        }
    }
    // The value's places outermost, in the order in which they already lie.
    let position = |axis: usize| value.order.iter().position(|&a| a == axis).expect("every axis is in the order");
    outer.sort_by_key(|&(d, _)| position(d));
    contracted.sort_by_key(|&(d, _)| position(d));
    let mut order: Vec<usize> = outer.iter().chain(&contracted).map(|&(d, _)| d).collect();
    let rest: Vec<usize> = (0..value.shape.len()).filter(|a| !order.contains(a)).collect();
    order.splice(0..0, rest);
    let value = draft.ordered(node.name, &value, &order);

    let strides = row_major_strides(weights.shape());
    let packed = Packed::new(&weights, &contracted, &new, &strides)?;
    let rows: usize = outer.iter().map(|&(d, _)| value.shape[d]).product();
    let (k, n) = (packed.k, packed.n);
    let mut order: Vec<usize> = outer.iter().chain(&new).map(|&(_, o)| o).collect();
    let rest: Vec<usize> = (0..node.shape.len()).filter(|a| !order.contains(a)).collect();
    order.splice(0..0, rest);
    let output = draft.value(node.shape.clone(), order);
    let conv = Conv {
        window: [1, 1],
        stride: [1, 1],
        dilation: [1, 1],
        pad_before: [0, 0],
        groups: 1,
        channels: k,
        out_channels: n,
        weights: packed.weights,
        bias: vec![0.0; n],
        residual: false,
        activation: None,
    };
    let (from, to) = (operand_as(&value, [1, 1, rows, k]), operand_as(&output, [1, 1, rows, n]));
    draft.push(node.name, Kernel::Conv(Box::new(conv)), vec![from], to);
    Ok(output)
}

struct Packed {
    weights: Weights,
    k: usize,
    n: usize,
}

impl Packed {
    /// The weights as `[n, k]`, through strides where one axis each is contracted and new, else rearranged.
    fn new(
        weights: &std::sync::Arc<tract_onnx::prelude::Tensor>,
        contracted: &[(usize, usize)],
        new: &[(usize, usize)],
        strides: &[usize],
    ) -> Result<Self, String> {
        let shape = weights.shape();
        let k: usize = contracted.iter().map(|&(_, w)| shape[w]).product();
        let n: usize = new.iter().map(|&(w, _)| shape[w]).product();
        let scale = vec![1.0; n];
        let k_axes: Vec<usize> = contracted.iter().map(|&(_, w)| w).filter(|&w| shape[w] != 1).collect();
        let n_axes: Vec<usize> = new.iter().map(|&(w, _)| w).filter(|&w| shape[w] != 1).collect();
        let stride = |axes: &[usize]| axes.first().map_or(0, |&axis| strides[axis]);
        if k_axes.len() <= 1 && n_axes.len() <= 1 {
            let strides = [stride(&n_axes), stride(&k_axes), 0, 0];
            return Ok(Self { weights: Weights { tensor: weights.clone(), strides, scale }, k, n });
        }
        let ones = (0..shape.len()).filter(|axis| !n_axes.contains(axis) && !k_axes.contains(axis));
        let permutation: Vec<usize> = n_axes.iter().chain(&k_axes).copied().chain(ones).collect();
        let tensor = (**weights).clone().permute_axes(&permutation).map_err(|e| e.to_string())?;
        let tensor = std::sync::Arc::new(tensor);
        Ok(Self { weights: Weights { tensor, strides: [k, 1, 0, 0], scale }, k, n })
    }
}
