//! Choice between two tensors.

use super::walk::Walk;
use maasm_plan::op::Select;

/// `inputs` are the condition and the two choices, whose elements have `size` bytes.
pub fn run(op: &Select, size: usize, inputs: [&[u8]; 3], y: &mut [u8]) {
    let [condition, a, b] = inputs;
    let places = Walk::new(&op.shape, [&op.strides[0], &op.strides[1], &op.strides[2]]);
    for ([asked, in_a, in_b], y) in places.zip(y.chunks_exact_mut(size)) {
        let (from, at) = if condition[asked] != 0 { (a, in_a) } else { (b, in_b) };
        y.copy_from_slice(&from[at * size..][..size]);
    }
}
