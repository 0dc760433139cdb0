//! Change of element type.

use super::{Operands, need};
use alloc::format;
use alloc::string::String;

/// Every element of the input as the output's element type, the same number of each: floats to integers towards zero
/// and within the type's range, integers to narrower ones modulo their range, to truth values whether it is not zero.
pub(super) fn check(operands: &Operands) -> Result<(), String> {
    let ([x], y) = operands.io()?;
    need(x.elements() == y.elements(), || format!("input {:?} and output {:?} differ in size", x.shape, y.shape))
}
