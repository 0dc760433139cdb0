//! Reading and writing at computed places.

use super::walk::Walk;
use super::{Fault, integers};
use maasm_plan::ElementType;
use maasm_plan::op::{Combine, Gather, Places, Scatter};

/// The indices of a step.
#[derive(Clone, Copy)]
pub struct Indices<'a> {
    /// Their type.
    pub element_type: ElementType,
    /// Their bytes.
    pub bytes: &'a [u8],
}

/// Reads blocks of elements of `size` bytes.
///
/// # Errors
/// If an index is out of range.
pub fn run(op: &Gather, size: usize, x: &[u8], indices: Indices, y: &mut [u8]) -> Result<(), Fault> {
    let block = op.places.block as usize * size;
    let mut blocks = y.chunks_exact_mut(block);
    visit(&op.places, indices, |at| {
        if let Some(y) = blocks.next() {
            y.copy_from_slice(&x[at * size..][..block]);
        }
    })
}

/// Writes blocks over what `y` holds.
///
/// # Errors
/// If an index is out of range.
pub fn scatter(
    op: &Scatter,
    element_type: ElementType,
    indices: Indices,
    updates: &[u8],
    y: &mut [u8],
) -> Result<(), Fault> {
    let size = element_type.size() as usize;
    let block = op.places.block as usize * size;
    let mut blocks = updates.chunks_exact(block);
    visit(&op.places, indices, |at| {
        let Some(update) = blocks.next() else { return };
        let y = &mut y[at * size..][..block];
        match (op.combine, element_type) {
            (Combine::Replace, _) => y.copy_from_slice(update),
            (combine, ElementType::F32) => {
                let (y, update): (&mut [f32], &[f32]) = (bytemuck::cast_slice_mut(y), bytemuck::cast_slice(update));
                y.iter_mut().zip(update).for_each(|(y, &update)| *y = combined(combine, *y, update));
            }
            (combine, integer) => {
                for i in 0..op.places.block as usize {
                    let (old, new) = (integers::get(integer, y, i), integers::get(integer, update, i));
                    integers::set(integer, y, i, combined_integers(combine, integer, old, new));
                }
            }
        }
    })
}

fn combined(combine: Combine, old: f32, new: f32) -> f32 {
    match combine {
        Combine::Replace => new,
        Combine::Add => old + new,
        Combine::Mul => old * new,
        Combine::Min => old.min(new),
        Combine::Max => old.max(new),
    }
}

fn combined_integers(combine: Combine, element_type: ElementType, old: i64, new: i64) -> i64 {
    let key = |value| integers::key(element_type, value);
    match combine {
        Combine::Replace => new,
        Combine::Add => old.wrapping_add(new),
        Combine::Mul => old.wrapping_mul(new),
        Combine::Min => std::cmp::min_by_key(old, new, |&value| key(value)),
        Combine::Max => std::cmp::max_by_key(old, new, |&value| key(value)),
    }
}

/// Calls `block` with the offset of each block.
fn visit(places: &Places, indices: Indices, mut block: impl FnMut(usize)) -> Result<(), Fault> {
    for [base, tuple] in Walk::new(&places.shape, [&places.strides, &places.index_strides]) {
        let mut at = base;
        for (i, component) in places.components.iter().enumerate() {
            let index = integers::get(indices.element_type, indices.bytes, tuple + i);
            let extent = i64::from(component.extent);
            let counted = if index < 0 { index + extent } else { index };
            if !(0..extent).contains(&counted) {
                return Err(Fault::Index { index, extent: component.extent });
            }
            at += counted as usize * component.stride as usize;
        }
        block(at);
    }
    Ok(())
}
