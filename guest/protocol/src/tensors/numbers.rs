//! Elements written as JSON become bytes. Each number is read as the type that it is for, so that none is rounded
//! twice.

use super::{count, datatype};
use crate::model::ElementType;
use half::f16;

/// How much of something wrong is told.
const SHOWN: usize = 40;

/// The elements of a list, flat or nested, as little-endian bytes: as many as the shape has. `json` is valid JSON.
///
/// # Errors
/// If there are more or fewer, or one is no number that the type holds.
pub fn read(json: &str, element_type: ElementType, shape: &[u32]) -> Result<Vec<u8>, String> {
    let append = appender(element_type);
    let elements = count(shape)?;
    let mut bytes = Vec::new();
    let mut left = elements;
    for element in json.split(is_between).filter(|element| !element.is_empty()) {
        left = left.checked_sub(1).ok_or("its data have more elements than its shape")?;
        append(element, &mut bytes).ok_or_else(|| format!("{} is no {}", shown(element), datatype(element_type)))?;
    }
    match left {
        0 => Ok(bytes),
        _ => {
            let shape = format!("{shape:?}");
            Err(format!("its shape {} has {elements} elements, its data {}", shown(&shape), elements - left))
        }
    }
}

/// Whether a character stands between the elements of a list. In a text it may stand, too, but a text is no element,
/// and is refused for the quotation mark that it begins with.
fn is_between(character: char) -> bool {
    matches!(character, '[' | ']' | ',' | ' ' | '\t' | '\n' | '\r')
}

/// Appends an element of this type to the bytes, if the text is one.
fn appender(element_type: ElementType) -> fn(&str, &mut Vec<u8>) -> Option<()> {
    /// Appends the number that the text is, if it is one.
    macro_rules! append {
        ($read:expr) => {
            |text, bytes| {
                let value = $read(text)?;
                bytes.extend(value.to_le_bytes());
                Some(())
            }
        };
    }
    macro_rules! whole {
        ($type:ty) => {
            append!(|text: &str| text.parse::<$type>().ok())
        };
    }
    // One that is larger than its type holds is read as infinite.
    macro_rules! float {
        ($type:ty) => {
            append!(|text: &str| text.parse().ok().filter(|value: &$type| value.is_finite()))
        };
    }
    match element_type {
        ElementType::F32 => float!(f32),
        ElementType::F64 => float!(f64),
        ElementType::F16 => append!(|text: &str| Some(f16::from_f64(text.parse().ok()?)).filter(|f| f.is_finite())),
        ElementType::I8 => whole!(i8),
        ElementType::I16 => whole!(i16),
        ElementType::I32 => whole!(i32),
        ElementType::I64 => whole!(i64),
        ElementType::U8 => whole!(u8),
        ElementType::U16 => whole!(u16),
        ElementType::U32 => whole!(u32),
        ElementType::U64 => whole!(u64),
        ElementType::Boolean => append!(|text: &str| Some(u8::from(text.parse::<bool>().ok()?))),
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn singles(json: &str, count: u32) -> Vec<f32> {
        let bytes = read(json, ElementType::F32, &[count]).unwrap();
        bytes.as_chunks::<4>().0.iter().map(|&four| f32::from_le_bytes(four)).collect()
    }

    #[test]
    fn a_number_that_lies_between_two_floats_goes_to_the_nearer_one() {
        // 2⁰ + 2⁻²⁴ + 2⁻⁶⁰: as an f64 it is just between 1 and the f32 after it, and would then go to 1.
        assert_eq!(singles("[1.00000005960464477625798749]", 1), [1.0f32.next_up()]);
    }

    #[test]
    fn every_float_is_read_as_it_is_written() {
        let mut random = fastrand::Rng::with_seed(7);
        let floats: Vec<f32> = (0..100_000).map(|_| f32::from_bits(random.u32(..))).filter(|f| f.is_finite()).collect();
        let json = serde_json::to_string(&floats).unwrap();
        let bits = |floats: &[f32]| floats.iter().map(|float| float.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&singles(&json, floats.len() as u32)), bits(&floats));
    }

    #[test]
    fn brackets_and_white_space_do_not_matter() {
        assert_eq!(singles(" [ [1 , 2.5],\n[ -0.0,\t3e2]\r] ", 4), [1.0, 2.5, -0.0, 300.0]);
        assert!(singles("[[], []]", 0).is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_and_not_at_length() {
        let zeros = "0".repeat(1000);
        let long = read(&format!("[1{zeros}]"), ElementType::F32, &[1]).unwrap_err();
        assert_eq!(long, format!("1{}… is no FP32", &zeros[1..SHOWN]));
        for wrong in [r#"["1, 2"]"#, r#"[{"a": [1, 2]}]"#, "[null]", "null", "[[true]]"] {
            assert!(read(wrong, ElementType::F32, &[2]).unwrap_err().ends_with("is no FP32"), "{wrong}");
        }
    }
}
