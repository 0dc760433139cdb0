//! Whether a plan's model is a classifier.

use crate::{ElementType, Plan};

impl Plan {
    /// How many classes the model tells apart: the elements of its first output, if that is a list of f32. A list has
    /// one axis at most that is longer than 1, such as `[1, 1000]` or `[1, 1000, 1, 1]`; boxes, maps and sequences
    /// have more. One whose length the input decides is no list of classes either.
    pub fn classes(&self) -> Option<u64> {
        let port = self.outputs.first()?;
        let is_list = port.count.is_none() && port.shape.iter().filter(|&&extent| extent != 1).count() <= 1;
        let elements = port.shape.iter().map(|&extent| u64::from(extent)).product();
        (is_list && elements > 0 && self.element_type(port) == ElementType::F32).then_some(elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Place, Port, Tensor};
    use alloc::vec;

    fn classes(element_type: ElementType, shape: &[u32]) -> Option<u64> {
        let port = Port { name: "out".into(), shape: shape.into(), tensor: 0, axes: vec![], count: None };
        let tensor = Tensor { element_type, shape: shape.into(), place: Place::Arena(0) };
        let plan = Plan {
            inputs: vec![],
            outputs: vec![port],
            tensors: vec![tensor],
            steps: vec![],
            arena_len: 0,
            constants_len: 0,
        };
        plan.classes()
    }

    #[test]
    fn a_list_of_floats_is_a_list_of_classes_and_nothing_else_is() {
        for (shape, expected) in [
            (&[1, 1000][..], Some(1000)),
            (&[7], Some(7)),
            (&[1, 5, 1, 1], Some(5)),
            (&[1, 1], Some(1)),
            (&[], Some(1)),
            (&[1, 22, 2100], None),
            (&[1, 1, 736, 736], None),
            (&[1, 0], None),
        ] {
            assert_eq!(classes(ElementType::F32, shape), expected, "{shape:?}");
        }
        assert_eq!(classes(ElementType::I64, &[1, 5]), None);
    }
}
