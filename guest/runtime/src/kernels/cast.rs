//! Changes of element type.

use super::integers::{self, CHUNK};
use half::f16;
use maasm_plan::ElementType;

/// Every element of `x`, of type `from`, as one of type `to`.
pub fn run(from: ElementType, to: ElementType, x: &[u8], y: &mut [u8]) {
    if from == to {
        return y.copy_from_slice(x);
    }
    if (from, to) == (ElementType::F16, ElementType::F32) {
        return halves(bytemuck::cast_slice(x), bytemuck::cast_slice_mut(y));
    }
    let elements = y.len() / to.size() as usize;
    for start in (0..elements).step_by(CHUNK) {
        let count = CHUNK.min(elements - start);
        if is_float(from) {
            let mut values = [0.0; CHUNK];
            load(from, x, start, &mut values[..count]);
            store(to, &values[..count], y, start);
        } else {
            let mut values = [0; CHUNK];
            integers::load(from, x, start, 1, &mut values[..count]);
            store_integers(from, to, &mut values[..count], y, start);
        }
    }
}

/// Halves as f32 numbers, without a branch for each: exponent and fraction are moved to their places, and a product with a
/// power of two makes the exponent right, also of those too small to have one of their own.
fn halves(x: &[u16], y: &mut [f32]) {
    const TO_OWN_EXPONENT: f32 = f32::from_bits((254 - 15) << 23);
    for (y, &bits) in y.iter_mut().zip(x) {
        let bits = u32::from(bits);
        let size = f32::from_bits((bits & 0x7fff) << 13) * TO_OWN_EXPONENT;
        // What is infinite or no number stays so.
        let size = if bits & 0x7c00 == 0x7c00 { f32::from_bits((bits & 0x7fff) << 13 | 0x7f80_0000) } else { size };
        *y = f32::from_bits(size.to_bits() | (bits & 0x8000) << 16);
    }
}

fn is_float(element_type: ElementType) -> bool {
    matches!(element_type, ElementType::F32 | ElementType::F16 | ElementType::F64)
}

/// f64 holds every element of every float type.
fn load(from: ElementType, bytes: &[u8], start: usize, into: &mut [f64]) {
    let range = start..start + into.len();
    match from {
        ElementType::F32 => {
            let from: &[f32] = &bytemuck::cast_slice(bytes)[range];
            into.iter_mut().zip(from).for_each(|(into, &value)| *into = f64::from(value));
        }
        ElementType::F16 => {
            let from: &[u16] = &bytemuck::cast_slice(bytes)[range];
            into.iter_mut().zip(from).for_each(|(into, &bits)| *into = f16::from_bits(bits).to_f64());
        }
        _ => into.copy_from_slice(&bytemuck::cast_slice(bytes)[range]),
    }
}

fn store(to: ElementType, from: &[f64], bytes: &mut [u8], start: usize) {
    let range = start..start + from.len();
    match to {
        ElementType::F32 => {
            let into: &mut [f32] = &mut bytemuck::cast_slice_mut(bytes)[range];
            into.iter_mut().zip(from).for_each(|(into, &value)| *into = value as f32);
        }
        ElementType::F16 => {
            let into: &mut [u16] = &mut bytemuck::cast_slice_mut(bytes)[range];
            into.iter_mut().zip(from).for_each(|(into, &value)| *into = f16::from_f64(value).to_bits());
        }
        ElementType::F64 => bytemuck::cast_slice_mut(bytes)[range].copy_from_slice(from),
        ElementType::Bool => {
            let into = &mut bytes[range];
            into.iter_mut().zip(from).for_each(|(into, &value)| *into = u8::from(value != 0.0));
        }
        ElementType::U64 => {
            let into: &mut [u64] = &mut bytemuck::cast_slice_mut(bytes)[range];
            into.iter_mut().zip(from).for_each(|(into, &value)| *into = value as u64);
        }
        integer => {
            let (low, high) = limits(integer);
            let mut values = [0; CHUNK];
            values.iter_mut().zip(from).for_each(|(into, &value)| *into = (value as i64).clamp(low, high));
            integers::store(integer, &values[..from.len()], bytes, start);
        }
    }
}

/// The least and the greatest element, of types narrower than u64.
fn limits(integer: ElementType) -> (i64, i64) {
    match integer {
        ElementType::I8 => (i8::MIN.into(), i8::MAX.into()),
        ElementType::U8 => (0, u8::MAX.into()),
        ElementType::I16 => (i16::MIN.into(), i16::MAX.into()),
        ElementType::U16 => (0, u16::MAX.into()),
        ElementType::I32 => (i32::MIN.into(), i32::MAX.into()),
        ElementType::U32 => (0, u32::MAX.into()),
        _ => (i64::MIN, i64::MAX),
    }
}

fn store_integers(from: ElementType, to: ElementType, values: &mut [i64], bytes: &mut [u8], start: usize) {
    let range = start..start + values.len();
    let unsigned = from == ElementType::U64;
    match to {
        ElementType::F32 => {
            // Not by way of f64, which would round twice.
            let into: &mut [f32] = &mut bytemuck::cast_slice_mut(bytes)[range];
            let float = |value: i64| if unsigned { value as u64 as f32 } else { value as f32 };
            into.iter_mut().zip(values).for_each(|(into, value)| *into = float(*value));
        }
        ElementType::F16 | ElementType::F64 => {
            let mut floats = [0.0; CHUNK];
            let float = |value: i64| if unsigned { value as u64 as f64 } else { value as f64 };
            floats.iter_mut().zip(&*values).for_each(|(into, &value)| *into = float(value));
            store(to, &floats[..values.len()], bytes, start);
        }
        ElementType::Bool => {
            values.iter_mut().for_each(|value| *value = i64::from(*value != 0));
            integers::store(to, values, bytes, start);
        }
        integer => integers::store(integer, values, bytes, start),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cast<A: bytemuck::Pod, B: bytemuck::Pod + Default>(from: ElementType, to: ElementType, x: &[A]) -> Vec<B> {
        let mut y = vec![B::default(); x.len()];
        run(from, to, bytemuck::cast_slice(x), bytemuck::cast_slice_mut(&mut y));
        y
    }

    #[test]
    fn floats_become_integers_towards_zero_and_within_range() {
        let x = [1.9f32, -1.9, 300.0, -300.0, f32::NAN];
        assert_eq!(cast::<_, i8>(ElementType::F32, ElementType::I8, &x), [1, -1, 127, -128, 0]);
        assert_eq!(cast::<_, u8>(ElementType::F32, ElementType::U8, &x), [1, 0, 255, 0, 0]);
        assert_eq!(cast::<_, u8>(ElementType::F32, ElementType::Bool, &[0.0f32, -0.0, 0.1]), [0, 0, 1]);
    }

    #[test]
    fn integers_wrap_around_and_keep_their_sign() {
        assert_eq!(cast::<_, i8>(ElementType::I64, ElementType::I8, &[257i64, -1]), [1, -1]);
        assert_eq!(cast::<_, f32>(ElementType::U64, ElementType::F32, &[u64::MAX]), [18_446_744_073_709_551_615.0]);
        assert_eq!(cast::<_, f32>(ElementType::I8, ElementType::F32, &[-3i8]), [-3.0]);
    }

    #[test]
    fn halves_are_rounded_to_even() {
        let halves: Vec<u16> = cast(ElementType::F32, ElementType::F16, &[1.0f32, 2049.0, 65520.0]);
        let back: Vec<f32> = cast(ElementType::F16, ElementType::F32, &halves);
        assert_eq!(back, [1.0, 2048.0, f32::INFINITY]);
    }

    #[test]
    fn every_half_becomes_the_same_number() {
        let halves: Vec<u16> = (0..=u16::MAX).collect();
        let y: Vec<f32> = cast(ElementType::F16, ElementType::F32, &halves);
        for (&y, &bits) in y.iter().zip(&halves) {
            let expected = f16::from_bits(bits).to_f32();
            assert!(y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan(), "{bits:#x}: {y} {expected}");
        }
    }

    #[test]
    fn more_than_a_chunk_is_cast_to_its_end() {
        let x: Vec<i32> = (0..1000).collect();
        let y: Vec<f64> = cast(ElementType::I32, ElementType::F64, &x);
        assert!(y.iter().zip(&x).all(|(&y, &x)| y == f64::from(x)));
    }
}
