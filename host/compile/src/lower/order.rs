//! f64 numbers in order: kernels compare integers instead, whose order is the same.

use super::Lowered;
use crate::draft::{Draft, Value};
use maasm_plan::ElementType;
use maasm_plan::op::BinaryKind;

/// The bits of a number without its sign.
const SIZE: i64 = i64::MAX;
/// Infinity's bits: those of what is no number are beyond.
const INFINITY: i64 = 0x7ff0 << 48;
/// The place of the sign.
const SIGN: i64 = 63;

impl Draft {
    /// The bits of a value under another type of the same size.
    fn bits(&mut self, name: &str, value: &Value, element_type: ElementType) -> Value {
        let output = self.typed(element_type, value.shape.clone(), value.order.clone());
        let strides = value.strides();
        self.copy(name, value, 0, &strides, &output, 0, &strides, &value.shape);
        output
    }

    fn with(&mut self, name: &str, kind: BinaryKind, value: &Value, number: i64) -> Lowered {
        let number = self.table(&[], &[number]);
        self.combine(name, kind, value, &number, &value.shape)
    }

    /// Integers that are in order as f64 numbers are; zeros of either sign are one.
    ///
    /// # Errors
    /// Never, of f64.
    pub fn keys(&mut self, name: &str, value: &Value) -> Lowered {
        let bits = self.bits(name, value, ElementType::I64);
        let sign = self.with(name, BinaryKind::ShiftRight, &bits, SIGN)?;
        let turned = self.with(name, BinaryKind::And, &sign, SIZE)?;
        let turned = self.combine(name, BinaryKind::Xor, &bits, &turned, &value.shape)?;
        self.combine(name, BinaryKind::Sub, &turned, &sign, &value.shape)
    }

    /// The f64 numbers that have these keys.
    ///
    /// # Errors
    /// Never, of keys.
    pub fn of_keys(&mut self, name: &str, keys: &Value) -> Lowered {
        let sign = self.with(name, BinaryKind::ShiftRight, keys, SIGN)?;
        let turned = self.combine(name, BinaryKind::Add, keys, &sign, &keys.shape)?;
        let sign = self.with(name, BinaryKind::And, &sign, SIZE)?;
        let bits = self.combine(name, BinaryKind::Xor, &turned, &sign, &keys.shape)?;
        Ok(self.bits(name, &bits, ElementType::F64))
    }

    /// Whether they are numbers.
    fn are_numbers(&mut self, name: &str, value: &Value) -> Lowered {
        let bits = self.bits(name, value, ElementType::I64);
        let size = self.with(name, BinaryKind::And, &bits, SIZE)?;
        self.with(name, BinaryKind::LessOrEqual, &size, INFINITY)
    }

    /// Compares f64 numbers, or takes the larger or the smaller ones.
    ///
    /// # Errors
    /// If something is to be computed of them.
    pub(super) fn compare_wide(
        &mut self,
        name: &str,
        kind: BinaryKind,
        a: &Value,
        b: &Value,
        shape: &[usize],
    ) -> Lowered {
        let extreme = matches!(kind, BinaryKind::Min | BinaryKind::Max);
        if !kind.compares() && !extreme {
            return Err(format!("{kind:?} of f64 elements is not supported"));
        }
        let (first, second) = (self.keys(name, a)?, self.keys(name, b)?);
        let result = self.combine(name, kind, &first, &second, shape)?;
        if extreme {
            return self.of_keys(name, &result);
        }
        // What is no number differs from everything, itself too.
        let (first, second) = (self.are_numbers(name, a)?, self.are_numbers(name, b)?);
        let numbers = self.combine(name, BinaryKind::And, &first, &second, shape)?;
        if kind != BinaryKind::NotEqual {
            return self.combine(name, BinaryKind::And, &numbers, &result, shape);
        }
        let yes = self.table(&[], &[true]);
        let strange = self.combine(name, BinaryKind::Xor, &numbers, &yes, shape)?;
        self.combine(name, BinaryKind::Or, &strange, &result, shape)
    }
}
