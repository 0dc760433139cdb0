//! Products of tensors, written as einsums.

use super::elementwise::broadcast_strides;
use super::{Lowered, Node, conv};
use crate::draft::{Draft, Value, operand, operand_as, row_major_strides};
use crate::kernel::{Conv, Kernel, Weights};
use maasm_plan::op::{self, BinaryKind, Contract};
use maasm_plan::{ElementType, Op};
use std::sync::Arc;
use tract_onnx::prelude::Tensor;
use tract_onnx::tract_core::axes::Axis;
use tract_onnx::tract_core::ops::einsum::EinSum;

pub fn lower(op: &EinSum, node: Node, draft: &mut Draft) -> Lowered {
    if op.q_params.is_some() {
        return Err("quantised products are not supported yet".into());
    }
    let axes: Vec<&Axis> = op.axes.iter_all_axes().collect();
    if axes.iter().any(|a| a.outputs.iter().any(|places| places.len() > 1)) {
        return Err("an output with an axis twice is not defined".into());
    }
    let letters: Vec<Letter> =
        axes.into_iter().map(|axis| Letter::new(&axis.inputs, axis.outputs[0].first().copied())).collect();
    lower_letters(&letters, &node, draft)
}

/// The sum of products that letters say, of the node's inputs.
///
/// # Errors
/// If there is no way.
pub fn lower_letters(axes: &[Letter], node: &Node, draft: &mut Draft) -> Lowered {
    if (0..node.inputs.len()).any(|index| node.value(index, draft).shape.contains(&0)) {
        let output = draft.typed(node.element_type, node.shape.clone(), (0..node.shape.len()).collect());
        draft.fill(node.name, &output, 0.0);
        return Ok(output);
    }
    let diagonal = axes.iter().any(|letter| letter.along.iter().any(|more| !more.is_empty()));
    if node.inputs.len() != 2 || diagonal {
        return many(axes, node, draft);
    }
    let values = [node.value(0, draft), node.value(1, draft)];
    if values.iter().any(|value| draft.element_type(value) != ElementType::F32) {
        return of_integers(axes, &values, node, draft);
    }
    if let Some(fixed) = [1, 0].into_iter().find(|&index| node.constant(index).is_some())
        && let Some(output) = by_constant(axes, 1 - fixed, fixed, node, draft)?
    {
        return Ok(output);
    }
    of_two(axes, &values, node, draft)
}

/// Where one letter of the einsum stands.
pub struct Letter {
    /// Its axis in each operand.
    inputs: Vec<Option<usize>>,
    /// Its axis in the output.
    output: Option<usize>,
    /// Further axes of each operand that go along with the one in `inputs`.
    along: Vec<Vec<usize>>,
}

impl Letter {
    /// A letter by all its axes in each operand, and its axis in the output.
    pub fn new(inputs: &[impl AsRef<[usize]>], output: Option<usize>) -> Self {
        let along = inputs.iter().map(|places| places.as_ref().iter().copied().skip(1).collect()).collect();
        Self { inputs: inputs.iter().map(|places| places.as_ref().first().copied()).collect(), output, along }
    }
}

/// `x[m…, k…] · weights[k…, n…]`, in whatever order the axes are written: a 1×1 convolution over the m places. Nothing
/// if it is of another form.
fn by_constant(
    axes: &[Letter],
    data: usize,
    fixed: usize,
    node: &Node,
    draft: &mut Draft,
) -> Result<Option<Value>, String> {
    let weights = node.constant(fixed).expect("it is constant").clone();
    let value = node.value(data, draft);
    let mut outer = Vec::new(); // (axis of the value, axis of the output)
    let mut contracted = Vec::new(); // (axis of the value, axis of the weights)
    let mut new = Vec::new(); // (axis of the weights, axis of the output)
    for axis in axes {
        let extent = |slot: usize| {
            axis.inputs[slot].map_or(1, |p| if slot == data { value.shape[p] } else { weights.shape()[p] })
        };
        match (axis.inputs[data], axis.inputs[fixed], axis.output) {
            (Some(d), None, Some(o)) => outer.push((d, o)),
            (Some(d), Some(_), Some(o)) if extent(fixed) == 1 => outer.push((d, o)),
            (Some(d), Some(w), None) if extent(data) == extent(fixed) => contracted.push((d, w)),
            (None, Some(w), Some(o)) => new.push((w, o)),
            (Some(_), Some(w), Some(o)) if extent(data) == 1 => new.push((w, o)),
            (_, _, None) if extent(data) == 1 && extent(fixed) == 1 => {}
            _ => return Ok(None),
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
    Ok(Some(output))
}

struct Packed {
    weights: Weights,
    k: usize,
    n: usize,
}

impl Packed {
    /// The weights as `[n, k]`, through strides where one axis each is contracted and new, else rearranged.
    fn new(
        weights: &Arc<Tensor>,
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
        let tensor = Arc::new(tensor);
        Ok(Self { weights: Weights { tensor, strides: [k, 1, 0, 0], scale }, k, n })
    }
}

/// The letters of a product of two by what becomes of them; each with its extent.
#[derive(Default)]
struct Roles {
    /// In both operands and the output.
    batch: Vec<usize>,
    /// In the first operand and the output.
    rows: Vec<usize>,
    /// In the second operand and the output.
    columns: Vec<usize>,
    /// In both operands only.
    summed: Vec<usize>,
    /// In the first or the second operand only: summed before anything else.
    lone: [Vec<usize>; 2],
    /// The extent of each letter.
    extents: Vec<usize>,
}

impl Roles {
    fn new(axes: &[Letter], values: &[Value; 2]) -> Self {
        let mut roles = Self::default();
        for (index, axis) in axes.iter().enumerate() {
            let extent = |slot: usize| axis.inputs[slot].map(|place| values[slot].shape[place]);
            let (a, b) = (extent(0), extent(1));
            roles.extents.push(a.unwrap_or(1).max(b.unwrap_or(1)));
            // An operand that is repeated along an axis does not have it.
            let whole = roles.extents[index];
            let (in_a, in_b) = (a == Some(whole), b == Some(whole));
            match (in_a, in_b, axis.output.is_some()) {
                (_, _, _) if whole == 1 => {}
                (true, true, true) => roles.batch.push(index),
                (true, false, true) => roles.rows.push(index),
                (false, true, true) => roles.columns.push(index),
                (true, true, false) => roles.summed.push(index),
                (true, false, false) => roles.lone[0].push(index),
                (false, _, _) => roles.lone[1].push(index),
            }
        }
        roles
    }

    fn product(&self, letters: &[usize]) -> usize {
        letters.iter().map(|&letter| self.extents[letter]).product()
    }
}

/// Extent and strides in both tensors along each letter, 0 where it is missing or repeated.
fn along(letters: &[usize], roles: &Roles, axes: &[Letter], slot: usize, value: &Value) -> Vec<(usize, usize)> {
    let strides = broadcast_strides(value, value.shape.len());
    letters.iter().map(|&l| (roles.extents[l], axes[l].inputs[slot].map_or(0, |place| strides[place]))).collect()
}

/// A product of two computed tensors: a 1×1 convolution with a group for each place of the batch, whose weights are
/// brought into panels at run time. Rows, then batch, then columns lie side by side, as heads of attention do.
fn of_two(axes: &[Letter], values: &[Value; 2], node: &Node, draft: &mut Draft) -> Lowered {
    let mut roles = Roles::new(axes, values);
    if roles.lone.iter().any(|lone| !lone.is_empty()) {
        let summed = [0, 1].map(|slot| {
            let own: Vec<usize> = roles.lone[slot].iter().filter_map(|&letter| axes[letter].inputs[slot]).collect();
            summed(node.name, &values[slot], &own, draft)
        });
        return of_two(axes, &summed, node, draft);
    }
    let [a, b] = values;
    // In the order in which they lie in the first operand, so that it need not be moved if it can be helped.
    let position = |letter: usize| {
        let place = axes[letter].inputs[0];
        place.and_then(|place| a.order.iter().position(|&axis| axis == place)).unwrap_or(usize::MAX)
    };
    for letters in [&mut roles.batch, &mut roles.rows, &mut roles.summed] {
        letters.sort_by_key(|&letter| position(letter));
    }
    let (groups, rows) = (roles.product(&roles.batch), roles.product(&roles.rows));
    let (k, n) = (roles.product(&roles.summed), roles.product(&roles.columns));

    let wanted: Vec<usize> = [&roles.rows, &roles.batch, &roles.summed].into_iter().flatten().copied().collect();
    let mut order: Vec<usize> = wanted.iter().filter_map(|&letter| axes[letter].inputs[0]).collect();
    let rest: Vec<usize> = (0..a.shape.len()).filter(|axis| !order.contains(axis)).collect();
    order.splice(0..0, rest);
    let a = draft.ordered(node.name, a, &order);

    // The second operand as [batch, columns, summed] through one stride each, moved if it takes more.
    let wanted: Vec<usize> = [&roles.batch, &roles.columns, &roles.summed].into_iter().flatten().copied().collect();
    let mut order: Vec<usize> = wanted.iter().filter_map(|&letter| axes[letter].inputs[1]).collect();
    let rest: Vec<usize> = (0..b.shape.len()).filter(|axis| !order.contains(axis)).collect();
    order.splice(0..0, rest);
    let single = |letters: &[usize]| single_stride(&along(letters, &roles, axes, 1, b));
    let strides = match (single(&roles.batch), single(&roles.columns), single(&roles.summed)) {
        // Groups of the packed weights follow one another at the distance of their columns.
        (Some(batch), Some(columns), Some(summed)) if groups == 1 || batch == n * columns => Some([columns, summed]),
        _ => None,
    };
    let (b, [by_column, by_summed]) = match strides {
        Some(strides) => (b.clone(), strides),
        None => (draft.ordered(node.name, b, &order), [k, 1]),
    };
    let packed = conv::pack(node.name, &b, [by_column, by_summed, 0, 0], [1, 1], groups * k, groups * n, groups, draft);

    let wanted: Vec<usize> = [&roles.rows, &roles.batch, &roles.columns].into_iter().flatten().copied().collect();
    let mut order: Vec<usize> = wanted.iter().filter_map(|&letter| axes[letter].output).collect();
    let rest: Vec<usize> = (0..node.shape.len()).filter(|axis| !order.contains(axis)).collect();
    order.splice(0..0, rest);
    let output = draft.value(node.shape.clone(), order);
    let product = op::Conv {
        window: [1, 1],
        stride: [1, 1],
        dilation: [1, 1],
        pad_before: [0, 0],
        groups: groups as u32,
        bias: false,
        residual: false,
        activation: None,
    };
    let from = operand_as(&a, [1, 1, rows, groups * k]);
    let to = operand_as(&output, [1, 1, rows, groups * n]);
    draft.push(node.name, Kernel::Plain(Op::Conv(product)), vec![from, packed], to);
    Ok(output)
}

/// The sums over these axes, which are kept with an extent of 1.
fn summed(name: &str, value: &Value, axes: &[usize], draft: &mut Draft) -> Value {
    if axes.is_empty() {
        return value.clone();
    }
    let (value, [outer, extent, inner]) = super::reduce::grouped(value, axes, name, draft);
    let mut shape = value.shape.clone();
    axes.iter().for_each(|&axis| shape[axis] = 1);
    let output = draft.like(&value, shape, value.order.clone());
    let reduce = op::Reduce { kind: op::ReduceKind::Sum, outer, extent, inner };
    draft.push_unary(name, Op::Reduce(reduce), &value, &output);
    output
}

/// The shape that all of these are repeated to.
///
/// # Errors
/// If there is none.
pub fn broadcast(shapes: &[&[usize]]) -> Result<Vec<usize>, String> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let mut common = vec![1; rank];
    for shape in shapes {
        for (extent, &own) in common[rank - shape.len()..].iter_mut().zip(*shape) {
            match (*extent, own) {
                (a, b) if a == b || b == 1 => {}
                (1, b) => *extent = b,
                _ => return Err(format!("the shapes {shapes:?} do not go together")),
            }
        }
    }
    Ok(common)
}

/// The shape of the product of two matrices, or of stacks of them, as numpy's `matmul` defines it.
///
/// # Errors
/// If they do not go together.
pub fn matrix_product_shape(a: &[usize], b: &[usize]) -> Result<Vec<usize>, String> {
    let (&[ref a_stack @ .., m, k], &[ref b_stack @ .., l, n]) = (a, b) else {
        return Err(format!("{a:?} and {b:?} are no matrices"));
    };
    if k != l {
        return Err(format!("matrices {a:?} and {b:?} do not go together"));
    }
    Ok(broadcast(&[a_stack, b_stack])?.into_iter().chain([m, n]).collect())
}

/// The product of two computed matrices, or of stacks of them, of f32 or of integers.
///
/// # Errors
/// If it cannot be lowered.
pub fn matrix_product(name: &str, a: &Value, b: &Value, shape: &[usize], draft: &mut Draft) -> Lowered {
    let rank = shape.len();
    let place = |value: &Value, axis: usize| (axis + value.shape.len()).checked_sub(rank);
    let mut axes: Vec<Letter> = (0..rank - 2)
        .map(|axis| Letter { inputs: vec![place(a, axis), place(b, axis)], output: Some(axis), along: vec![] })
        .collect();
    let (rows, columns) = (rank - 2, rank - 1);
    axes.push(Letter { inputs: vec![place(a, rows), None], output: Some(rows), along: vec![] });
    axes.push(Letter { inputs: vec![None, place(b, columns)], output: Some(columns), along: vec![] });
    axes.push(Letter { inputs: vec![place(a, columns), place(b, rows)], output: None, along: vec![] });
    let element_type = draft.element_type(a);
    let node = Node { name, inputs: Vec::new(), slot: 0, shape: shape.to_vec(), element_type };
    let values = [a.clone(), b.clone()];
    if element_type == ElementType::F32 {
        of_two(&axes, &values, &node, draft)
    } else {
        of_integers(&axes, &values, &node, draft)
    }
}

/// The one stride that goes through all these axes, outermost first, if there is one.
fn single_stride(axes: &[(usize, usize)]) -> Option<usize> {
    let Some(&(_, last)) = axes.last() else { return Some(0) };
    let mut stride = last;
    for &(extent, along) in axes.iter().rev() {
        if along != stride {
            return None;
        }
        stride *= extent;
    }
    Some(last)
}

/// A product of integers.
fn of_integers(axes: &[Letter], values: &[Value; 2], node: &Node, draft: &mut Draft) -> Lowered {
    if node.element_type == ElementType::F32 || values.iter().any(|v| !draft.element_type(v).is_integer()) {
        return Err("products of floats and integers are not supported".into());
    }
    let roles = Roles::new(axes, values);
    let mut kept: Vec<usize> = (0..axes.len()).filter(|&l| axes[l].output.is_some()).collect();
    kept.sort_by_key(|&letter| axes[letter].output);
    let summed: Vec<usize> = (0..axes.len()).filter(|&l| axes[l].output.is_none()).collect();
    let extents = |letters: &[usize]| letters.iter().map(|&l| roles.extents[l] as u32).collect::<Vec<u32>>();
    let strides = |slot: usize| {
        let of = |letters: &[usize]| along(letters, &roles, axes, slot, &values[slot]);
        of(&kept).into_iter().chain(of(&summed)).map(|(_, stride)| stride as u32).collect::<Vec<u32>>()
    };
    let contract =
        Contract { shape: extents(&kept), summed: extents(&summed), a_strides: strides(0), b_strides: strides(1) };
    let output = draft.typed(node.element_type, node.shape.clone(), (0..node.shape.len()).collect());
    let inputs = values.iter().map(operand).collect();
    draft.push(node.name, Kernel::Plain(Op::Contract(contract)), inputs, operand(&output));
    Ok(output)
}

/// The operand where the axes of a letter that it has twice run together; all but the first of them have extent 1 then.
fn diagonal(name: &str, value: &Value, axes: &[Letter], slot: usize, draft: &mut Draft) -> Value {
    let mut strides = value.strides();
    let mut shape = value.shape.clone();
    for letter in axes {
        let Some(first) = letter.inputs[slot] else { continue };
        for &other in &letter.along[slot] {
            strides[first] += strides[other];
            shape[other] = 1;
        }
    }
    if shape == value.shape {
        return value.clone();
    }
    let output = draft.row_major_like(value, shape.clone());
    draft.copy(name, value, 0, &strides, &output, 0, &output.strides(), &shape);
    output
}

/// One operand, or more than two, or one with a diagonal: everything is multiplied out, then summed.
fn many(axes: &[Letter], node: &Node, draft: &mut Draft) -> Lowered {
    // The output's axes first, then those that are summed.
    let mut letters: Vec<usize> = (0..axes.len()).filter(|&l| axes[l].output.is_some()).collect();
    letters.sort_by_key(|&letter| axes[letter].output);
    let kept = letters.len();
    letters.extend((0..axes.len()).filter(|&l| axes[l].output.is_none()));
    let mut product: Option<Value> = None;
    for slot in 0..node.inputs.len() {
        let value = diagonal(node.name, &node.value(slot, draft), axes, slot, draft);
        // Its axes in the order of the letters, those that it lacks with extent 1.
        let places: Vec<Option<usize>> = letters.iter().map(|&letter| axes[letter].inputs[slot]).collect();
        let mut order: Vec<usize> = places.iter().flatten().copied().collect();
        let rest: Vec<usize> = (0..value.shape.len()).filter(|axis| !order.contains(axis)).collect();
        order.splice(0..0, rest);
        let moved = draft.ordered(node.name, &value, &order);
        let shape: Vec<usize> = places.iter().map(|place| place.map_or(1, |place| value.shape[place])).collect();
        let value = Value { buffer: moved.buffer, order: (0..shape.len()).collect(), shape };
        product = Some(match product {
            None => value,
            Some(product) => {
                let shape: Vec<usize> = product.shape.iter().zip(&value.shape).map(|(a, b)| *a.max(b)).collect();
                draft.combine(node.name, BinaryKind::Mul, &product, &value, &shape)?
            }
        });
    }
    let product = product.ok_or("it has no operands")?;
    if kept == letters.len() {
        return Ok(product);
    }
    let summed: Vec<usize> = (kept..letters.len()).collect();
    let (product, [outer, extent, inner]) = super::reduce::grouped(&product, &summed, node.name, draft);
    let output = draft.like(&product, node.shape.clone(), (0..kept).collect());
    let reduce = op::Reduce { kind: op::ReduceKind::Sum, outer, extent, inner };
    draft.push_unary(node.name, Op::Reduce(reduce), &product, &output);
    Ok(output)
}
