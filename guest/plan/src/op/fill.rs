//! Filling.

use super::Operands;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Sets every element of its one f32 output to a value; it has no inputs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fill {
    /// The value.
    pub value: f32,
}

pub(super) fn check(operands: &Operands) -> Result<(), String> {
    operands.f32_io::<0>().map(|_| ())
}
