//! Whether two models' outputs say the same.

use super::{Element, elements};
use crate::model::Tensor;

/// How far elements may lie apart, as a share of their tensor's range.
const TOLERANCE: f64 = 1e-3;

/// Whether outputs are the same but for the noise of another order of computation.
pub fn agree(some: &[Tensor], others: &[Tensor]) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(a, b)| same(a, b))
}

/// Whether two tensors are the same but for that noise.
pub fn same(a: &Tensor, b: &Tensor) -> bool {
    if (&a.name, a.element_type, &a.shape) != (&b.name, b.element_type, &b.shape) {
        return false;
    }
    let numbers = |tensor| elements(tensor).map(number);
    let finite = || numbers(a).filter(|number| number.is_finite());
    let range = finite().fold(f64::MIN, f64::max) - finite().fold(f64::MAX, f64::min);
    let tolerance = range.max(0.0) * TOLERANCE;
    numbers(a).zip(numbers(b)).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance)
}

fn number(element: Element) -> f64 {
    match element {
        Element::Boolean(value) => f64::from(u8::from(value)),
        Element::Signed(value) => value as f64,
        Element::Unsigned(value) => value as f64,
        Element::Single(value) => value.into(),
        Element::Double(value) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ElementType;

    fn tensor(values: &[f32]) -> Tensor {
        let data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Tensor { name: "y".into(), element_type: ElementType::F32, shape: vec![values.len() as u32], data }
    }

    #[test]
    fn a_thousandth_of_the_range_is_noise_and_more_is_not() {
        let of = |values| vec![tensor(values)];
        assert!(agree(&of(&[0.0, 10.0]), &of(&[0.0, 10.009])));
        assert!(!agree(&of(&[0.0, 10.0]), &of(&[0.0, 10.011])));
        assert!(agree(&of(&[f32::NAN, f32::INFINITY]), &of(&[f32::NAN, f32::INFINITY])));
        assert!(!agree(&of(&[1.0]), &of(&[1.0, 1.0])));
        assert!(!agree(&of(&[1.0]), &[]));
    }
}
