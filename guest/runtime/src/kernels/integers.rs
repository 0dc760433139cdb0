//! Integers of every type as i64, some at a time, so that what is done to them is written only once. Those of u64 are
//! kept as the i64 with the same bits.

use maasm_plan::ElementType;

/// How many are looked at together.
pub const CHUNK: usize = 64;

/// An expression with `$T` as the Rust type of the elements of an integer tensor, or of truth values.
macro_rules! with_type {
    ($element_type:expr, $T:ident => $body:expr) => {
        match $element_type {
            ElementType::I8 => {
                type $T = i8;
                $body
            }
            ElementType::U8 | ElementType::Bool => {
                type $T = u8;
                $body
            }
            ElementType::I16 => {
                type $T = i16;
                $body
            }
            ElementType::U16 => {
                type $T = u16;
                $body
            }
            ElementType::I32 => {
                type $T = i32;
                $body
            }
            ElementType::U32 => {
                type $T = u32;
                $body
            }
            ElementType::I64 => {
                type $T = i64;
                $body
            }
            ElementType::U64 => {
                type $T = u64;
                $body
            }
            ElementType::F32 | ElementType::F16 | ElementType::F64 => {
                unreachable!("validation allows integers only")
            }
        }
    };
}

/// Every `step`-th element from `start` on, as many as `into` holds.
pub fn load(element_type: ElementType, bytes: &[u8], start: usize, step: usize, into: &mut [i64]) {
    with_type!(element_type, T => {
        let from: &[T] = bytemuck::cast_slice(bytes);
        for (i, value) in into.iter_mut().enumerate() {
            *value = from[start + i * step] as i64;
        }
    });
}

/// Writes elements from `start` on, modulo what the type can hold.
pub fn store(element_type: ElementType, from: &[i64], bytes: &mut [u8], start: usize) {
    with_type!(element_type, T => {
        let into: &mut [T] = &mut bytemuck::cast_slice_mut(bytes)[start..start + from.len()];
        into.iter_mut().zip(from).for_each(|(into, &value)| *into = value as T);
    });
}

/// One element.
pub fn get(element_type: ElementType, bytes: &[u8], index: usize) -> i64 {
    with_type!(element_type, T => bytemuck::cast_slice::<u8, T>(bytes)[index] as i64)
}

/// Sets one element, modulo what the type can hold.
pub fn set(element_type: ElementType, bytes: &mut [u8], index: usize, value: i64) {
    with_type!(element_type, T => bytemuck::cast_slice_mut::<u8, T>(bytes)[index] = value as T);
}

/// What orders elements of the type as they should be: those of u64 by their bits would come wrong.
pub fn key(element_type: ElementType, value: i64) -> i64 {
    if element_type == ElementType::U64 { value ^ i64::MIN } else { value }
}
