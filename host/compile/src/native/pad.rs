//! Pad in every mode, of every element type: by one value, a fill and a copy into its middle; by what is there already,
//! looked up. Places may also be taken away. CenterCropPad is a Pad whose places follow from what is wanted.

use super::{Input, Inputs, Native, Output, counted_axis, numbers};
use crate::draft::{Draft, Value};
use crate::lower::carry::Handling;
use crate::lower::{Lowered, Node};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct Pad {
    mode: Mode,
    /// Places and the value, where they are attributes.
    attributes: Option<(Vec<i64>, f32)>,
    /// Whether the second input has extents instead of places, and the axes that they are of.
    centred: Option<Option<Vec<i64>>>,
}

/// The content of new places.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    /// One value.
    Constant,
    /// The nearest element.
    Edge,
    /// Mirrored at the first and the last element, which are not repeated.
    Reflect,
    /// The same again from the other end.
    Wrap,
}

impl Mode {
    /// The place of `extent` that stands at `i`.
    fn source(self, i: i64, extent: i64) -> i64 {
        match self {
            Self::Reflect if extent > 1 => {
                let period = 2 * (extent - 1);
                let i = i.rem_euclid(period);
                i.min(period - i)
            }
            Self::Wrap => i.rem_euclid(extent),
            _ => i.clamp(0, extent - 1),
        }
    }
}

/// Reads its attributes; since version 11 of the operator set all but the mode are inputs.
///
/// # Errors
/// If one of them is missing or not defined.
pub fn read(node: &NodeProto, version: i64) -> TractResult<Arc<dyn Native>> {
    let mode = match &*node.get_attr_opt::<String>("mode")?.unwrap_or_else(|| "constant".into()) {
        "constant" => Mode::Constant,
        "edge" => Mode::Edge,
        "reflect" => Mode::Reflect,
        "wrap" => Mode::Wrap,
        other => bail!("mode {other:?} is not defined"),
    };
    let attributes = match version < 11 {
        true => Some((node.get_attr_vec("pads")?, node.get_attr_opt("value")?.unwrap_or(0.0))),
        false => None,
    };
    Ok(Arc::new(Pad { mode, attributes, centred: None }))
}

/// Reads the attribute of CenterCropPad.
///
/// # Errors
/// If it has the wrong type.
pub fn read_centred(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let centred = Some(node.get_attr_opt_vec("axes")?);
    Ok(Arc::new(Pad { mode: Mode::Constant, attributes: None, centred }))
}

/// Places before and after that make `wanted` of an extent, an odd one behind.
fn centring(extent: usize, wanted: i64) -> (i64, i64) {
    let more = wanted - extent as i64;
    let before = more / 2;
    (before, more - before)
}

impl Pad {
    /// By how many places each axis becomes longer, before and after; fewer than none are taken away. Nothing if that is
    /// not known yet.
    fn pads(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<(i64, i64)>>, String> {
        let rank = inputs.first().and_then(Option::as_ref).ok_or("it has no input")?.shape.len();
        let list = match &self.attributes {
            Some((pads, _)) => pads.clone(),
            None => match inputs.get(1).and_then(Option::as_ref).ok_or("it is not told how many places to add")? {
                Input { value: Some(value), .. } => numbers(value)?,
                _ => return Ok(None),
            },
        };
        let shape = &inputs.first().and_then(Option::as_ref).ok_or("it has no input")?.shape;
        if let Some(axes) = &self.centred {
            let axes = axes.clone().unwrap_or_else(|| (0..rank as i64).collect());
            let axes = axes.into_iter().map(|axis| counted_axis(axis, rank)).collect::<Result<Vec<_>, _>>()?;
            if axes.len() != list.len() {
                return Err(format!("{} extents are told of {} axes", list.len(), axes.len()));
            }
            let mut pads = vec![(0, 0); rank];
            axes.into_iter().zip(list).for_each(|(axis, wanted)| pads[axis] = centring(shape[axis], wanted));
            return Ok(Some(pads));
        }
        let axes: Vec<usize> = match inputs.get(3).and_then(Option::as_ref) {
            None => (0..rank).collect(),
            Some(Input { value: Some(value), .. }) => {
                numbers(value)?.into_iter().map(|axis| counted_axis(axis, rank)).collect::<Result<_, _>>()?
            }
            Some(_) => return Ok(None),
        };
        if list.len() != 2 * axes.len() {
            return Err(format!("{} numbers do not tell how to pad {} axes before and after", list.len(), axes.len()));
        }
        let mut pads = vec![(0, 0); rank];
        let (before, after) = list.split_at(axes.len());
        for ((axis, &before), &after) in axes.into_iter().zip(before).zip(after) {
            pads[axis] = (before, after);
        }
        Ok(Some(pads))
    }
}

/// The extents with these places more.
fn padded(shape: &[usize], pads: &[(i64, i64)]) -> Result<Vec<usize>, String> {
    let along = |(&extent, &(before, after)): (&usize, &(i64, i64))| {
        let padded = i64::try_from(extent).ok()?.checked_add(before)?.checked_add(after)?;
        usize::try_from(padded).ok()
    };
    let shape: Option<Vec<usize>> = shape.iter().zip(pads).map(along).collect();
    shape.ok_or_else(|| format!("pads of {pads:?} leave less than nothing of an axis"))
}

impl Native for Pad {
    fn name(&self) -> &'static str {
        if self.centred.is_some() { "CenterCropPad" } else { "Pad" }
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let Some(pads) = self.pads(inputs)? else { return Ok(None) };
        let input = inputs.first().cloned().flatten().ok_or("it has no input")?;
        let shape = padded(&input.shape, &pads)?;
        let repeats = self.mode != Mode::Constant && !shape.contains(&0);
        if repeats && input.shape.contains(&0) {
            return Err(format!("there is nothing to repeat in a tensor of shape {:?}", input.shape));
        }
        Ok(Some(vec![(input.datum_type, shape)]))
    }

    fn handling(&self) -> Handling {
        Handling::Moves
    }

    fn lower(&self, node: &Node, at: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let given: Inputs<Input> = at.iter().map(|place| place.map(|place| node.given(place, draft))).collect();
        let pads = self.pads(&given)?.ok_or("how many places it adds is computed at run time")?;
        let input = node.value(0, draft);
        if self.mode == Mode::Constant {
            let value = at.get(2).copied().flatten().map(|place| node.value(place, draft));
            return self.around(&input, &pads, value, node, draft);
        }
        let mut value = input;
        for (axis, &(before, after)) in pads.iter().enumerate().filter(|(_, pads)| **pads != (0, 0)) {
            let extent = value.shape[axis] as i64;
            draft.allow((extent + before + after) as usize)?;
            let places = (-before..extent + after).map(|i| self.mode.source(i, extent));
            value = draft.pick(node.name, &value, axis, &places.collect::<Vec<_>>());
        }
        Ok(value)
    }
}

impl Pad {
    /// The input with `value` around it.
    fn around(
        &self,
        input: &Value,
        pads: &[(i64, i64)],
        value: Option<Value>,
        node: &Node,
        draft: &mut Draft,
    ) -> Lowered {
        let output = draft.typed(node.element_type, node.shape.clone(), input.order.clone());
        match value {
            Some(value) => {
                let value = draft.cast(node.name, &value, node.element_type);
                if value.shape.iter().product::<usize>() != 1 {
                    return Err(format!("the value around it is of shape {:?} and should be one", value.shape));
                }
                draft.repeat(node.name, &value, &output);
            }
            None => draft.fill(node.name, &output, self.attributes.as_ref().map_or(0.0, |(_, value)| *value)),
        }
        draft.place(node.name, input, pads, &output);
        Ok(output)
    }
}
