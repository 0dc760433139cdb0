//! Numbers become bytes, bytes become numbers, and bytes are added.

use super::Bytes;
use crate::simd::dot::{clamp, nearest};
use maasm_plan::ElementType;
use maasm_plan::op::{Linear, QLinearAdd, byte_limits};

/// f32 numbers become bytes of the type.
pub fn quantize(op: &Linear, x: &[f32], element_type: ElementType, y: &mut [u8]) {
    let (least, greatest) = byte_limits(element_type).expect("validation allows only bytes");
    let (low, high) = (f32::from(least - op.zero), f32::from(greatest - op.zero));
    for (y, x) in y.iter_mut().zip(x) {
        *y = (nearest(clamp(x / op.scale, low, high)) + i32::from(op.zero)) as u8;
    }
}

/// Bytes become f32 numbers.
pub fn dequantize(op: &Linear, x: &Bytes, y: &mut [f32]) {
    for (y, &byte) in y.iter_mut().zip(x.bytes) {
        *y = f32::from(x.centred(byte)) * op.scale;
    }
}

/// The sum of two tensors of bytes.
pub fn add(op: &QLinearAdd, a: &Bytes, b: &Bytes, y: &mut [u8]) {
    let (low, high) = (f32::from(op.low - op.zero), f32::from(op.high - op.zero));
    for ((y, &first), &second) in y.iter_mut().zip(a.bytes).zip(b.bytes) {
        let sum = f32::from(a.centred(first)) * op.a.scale + f32::from(b.centred(second)) * op.b.scale;
        *y = (nearest(clamp(sum, low, high)) + i32::from(op.zero)) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_the_nearest_step_and_ties_to_the_even_one() {
        let x = [0.0, 0.25, 0.75, -0.25, 0.26, 1000.0, -1000.0, f32::INFINITY];
        let mut y = [0; 8];
        quantize(&Linear { scale: 0.5, zero: 10 }, &x, ElementType::U8, &mut y);
        assert_eq!(y, [10, 10, 12, 10, 11, 255, 0, 255]);
        let mut back = [0.0; 8];
        dequantize(&Linear { scale: 0.5, zero: 10 }, &Bytes::new(ElementType::U8, &y, 10), &mut back);
        assert_eq!(back, [0.0, 0.0, 1.0, 0.0, 0.5, 122.5, -5.0, 122.5]);
        quantize(&Linear { scale: 0.5, zero: -10 }, &x, ElementType::I8, &mut y);
        assert_eq!(y.map(|byte| byte as i8), [-10, -10, -8, -10, -9, 127, -128, 127]);
        dequantize(&Linear { scale: 0.5, zero: -10 }, &Bytes::new(ElementType::I8, &y, -10), &mut back);
        assert_eq!(back, [0.0, 0.0, 1.0, 0.0, 0.5, 68.5, -59.0, 68.5]);
    }

    #[test]
    fn sums_are_rounded_once_and_clamped() {
        let op = QLinearAdd {
            a: Linear { scale: 0.5, zero: 10 },
            b: Linear { scale: 2.0, zero: -3 },
            zero: 4,
            low: 4,
            high: 255,
        };
        let (a, b) = ([10, 11, 13, 9, 255], [253, 253, 253, 253, 127]);
        let mut y = [0; 5];
        add(&op, &Bytes::new(ElementType::U8, &a, 10), &Bytes::new(ElementType::I8, &b, -3), &mut y);
        // 0; 0.5, a tie; 1.5, a tie; −0.5, which the activation clamps; 122.5 + 260.
        assert_eq!(y, [4, 4, 6, 4, 255]);
    }
}
