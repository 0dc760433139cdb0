//! Slice, whose bounds are known; also one that takes nothing.

use super::{Input, Inputs, Native, Output, counted_axis, numbers};
use crate::draft::Draft;
use crate::lower::carry::Handling;
use crate::lower::{Lowered, Node, slice};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct Slice {
    /// Starts, ends and axes, where they are attributes.
    attributes: Option<[Option<Vec<i64>>; 3]>,
}

/// The part of an axis that is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    begin: usize,
    step: isize,
    count: usize,
}

/// Reads its attributes; since version 10 of the operator set they are inputs.
///
/// # Errors
/// If one has the wrong type or is missing.
pub fn read(node: &NodeProto, version: i64) -> TractResult<Arc<dyn Native>> {
    let attributes = match version < 10 {
        true => {
            let bounds = |name: &str| -> TractResult<Option<Vec<i64>>> { Ok(Some(node.get_attr_vec(name)?)) };
            Some([bounds("starts")?, bounds("ends")?, node.get_attr_opt_vec("axes")?])
        }
        false => None,
    };
    Ok(Arc::new(Slice { attributes }))
}

/// What bounds take of an axis, as numpy defines it.
fn part(extent: usize, start: i64, end: i64, step: i64) -> Result<Part, String> {
    let (extent, step) = (extent as i128, i128::from(step));
    let counted = |bound: i64| if bound < 0 { i128::from(bound) + extent } else { bound.into() };
    let (begin, span) = match step {
        0 => return Err("a step of 0 goes nowhere".into()),
        1.. => {
            let begin = counted(start).clamp(0, extent);
            (begin, counted(end).clamp(0, extent) - begin)
        }
        _ => {
            let begin = counted(start).clamp(-1, extent - 1);
            (begin, begin - counted(end).clamp(-1, extent - 1))
        }
    };
    let count = (span.max(0) + step.abs() - 1) / step.abs();
    // Of what is not taken it does not matter where it begins, and one element needs no step.
    let step = if count > 1 { step as isize } else { 1 };
    Ok(Part { begin: if count > 0 { begin as usize } else { 0 }, step, count: count as usize })
}

impl Slice {
    /// What is taken of each axis; nothing if that is not known yet.
    fn parts(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Part>>, String> {
        let shape = &inputs.first().and_then(Option::as_ref).ok_or("it has no input")?.shape;
        let lists: Option<Vec<Option<Vec<i64>>>> = match &self.attributes {
            Some(lists) => Some(lists.iter().cloned().chain([None]).collect()),
            None => {
                let list = |place: usize| match inputs.get(place).and_then(Option::as_ref) {
                    None => Ok(Some(None)),
                    Some(Input { value: Some(value), .. }) => numbers(value).map(|list| Some(Some(list))),
                    Some(_) => Ok(None),
                };
                (1..=4).map(list).collect::<Result<_, String>>()?
            }
        };
        let Some(lists) = lists else { return Ok(None) };
        let [Some(starts), Some(ends), axes, steps] = &lists[..] else { return Err("it has no bounds".into()) };
        let axes = axes.clone().unwrap_or_else(|| (0..starts.len() as i64).collect());
        let steps = steps.clone().unwrap_or_else(|| vec![1; starts.len()]);
        if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
            return Err("its starts, ends, axes and steps are not equally many".into());
        }
        let mut parts: Vec<Part> = shape.iter().map(|&count| Part { begin: 0, step: 1, count }).collect();
        for (index, axis) in axes.into_iter().enumerate() {
            let axis = counted_axis(axis, shape.len())?;
            parts[axis] = part(shape[axis], starts[index], ends[index], steps[index])?;
        }
        Ok(Some(parts))
    }
}

impl Native for Slice {
    fn name(&self) -> &'static str {
        "Slice"
    }

    fn handling(&self) -> Handling {
        Handling::Moves
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let Some(parts) = self.parts(inputs)? else { return Ok(None) };
        let input = inputs.first().cloned().flatten().ok_or("it has no input")?;
        Ok(Some(vec![(input.datum_type, parts.iter().map(|part| part.count).collect())]))
    }

    fn lower(&self, node: &Node, at: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let given: Inputs<Input> = at.iter().map(|place| place.map(|place| node.given(place, draft))).collect();
        let parts = self.parts(&given)?.ok_or("its bounds are computed at run time")?;
        let begin: Vec<usize> = parts.iter().map(|part| part.begin).collect();
        let step: Vec<isize> = parts.iter().map(|part| part.step).collect();
        slice::copy(&begin, &step, node, draft)
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, part};

    /// As Python slices a list.
    #[test]
    fn bounds_are_cut_off_at_the_ends() {
        let taken = |bounds: [i64; 3]| {
            let Part { begin, step, count } = part(4, bounds[0], bounds[1], bounds[2]).expect("a step");
            (0..count as isize).map(|i| begin as isize + i * step).collect::<Vec<_>>()
        };
        assert_eq!(taken([1, i64::MAX, 2]), [1, 3]);
        assert_eq!(taken([-1, i64::MIN, -1]), [3, 2, 1, 0]);
        assert_eq!(taken([9, -9, -3]), [3, 0]);
        assert!(taken([2, 1, 1]).is_empty());
        assert_eq!(taken([-9, 1, 5]), [0]);
        assert!(taken([-9, 2, -1]).is_empty());
        assert!(part(4, 0, 4, 0).is_err());
    }
}
