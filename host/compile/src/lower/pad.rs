//! Padding by a constant: a fill, then a copy into the middle.

use crate::draft::{Draft, Value};

impl Draft {
    /// The value with constant places around it.
    pub fn padded(&mut self, name: &str, value: &Value, pads: &[(usize, usize)], with: f32) -> Value {
        let shape = value.shape.iter().zip(pads).map(|(extent, (before, after))| extent + before + after).collect();
        let output = self.like(value, shape, value.order.clone());
        self.fill(name, &output, with);
        let pads: Vec<(i64, i64)> = pads.iter().map(|&(before, after)| (before as i64, after as i64)).collect();
        self.place(name, value, &pads, &output);
        output
    }

    /// Copies the value into one that has so many places more before and after it, or fewer.
    pub fn place(&mut self, name: &str, value: &Value, pads: &[(i64, i64)], output: &Value) {
        let (from, to) = (value.strides(), output.strides());
        let (mut from_offset, mut to_offset, mut shape) = (0, 0, Vec::new());
        for (axis, &(before, after)) in pads.iter().enumerate() {
            let kept = value.shape[axis] as i64 + before.min(0) + after.min(0);
            if kept <= 0 {
                return;
            }
            from_offset += (-before).max(0) as usize * from[axis];
            to_offset += before.max(0) as usize * to[axis];
            shape.push(kept as usize);
        }
        self.copy(name, value, from_offset, &from, output, to_offset, &to, &shape);
    }
}
