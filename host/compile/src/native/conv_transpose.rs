//! ConvTranspose: how large it is, and what is cut off at its borders.

use super::{Input, Inputs, Native, Output};
use crate::draft::Draft;
use crate::lower::deconv::{self, Stride};
use crate::lower::{Lowered, Node};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct ConvTranspose {
    groups: usize,
    strides: Vec<usize>,
    dilations: Vec<usize>,
    /// Places that the output has more.
    more: Vec<usize>,
    pads: Vec<i64>,
    /// The output's spatial extents, from which padding follows.
    wanted: Vec<usize>,
    auto: Auto,
}

/// Where padding comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Auto {
    /// The attribute `pads`.
    Not,
    /// The output has an extent of input times stride, an odd place is cut off behind.
    SameUpper,
    /// The same, before.
    SameLower,
}

/// Reads its attributes.
///
/// # Errors
/// If one of them has the wrong type or is not defined.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let list = |name: &str| -> TractResult<Vec<usize>> { Ok(node.get_attr_opt_vec(name)?.unwrap_or_default()) };
    let auto = match node.get_attr_opt::<String>("auto_pad")?.as_deref() {
        None | Some("NOTSET" | "VALID") => Auto::Not,
        Some("SAME_UPPER") => Auto::SameUpper,
        Some("SAME_LOWER") => Auto::SameLower,
        Some(other) => bail!("auto_pad {other:?} is not defined"),
    };
    Ok(Arc::new(ConvTranspose {
        groups: node.get_attr_opt("group")?.unwrap_or(1),
        strides: list("strides")?,
        dilations: list("dilations")?,
        more: list("output_padding")?,
        pads: node.get_attr_opt_vec("pads")?.unwrap_or_default(),
        wanted: list("output_shape")?,
        auto,
    }))
}

impl ConvTranspose {
    /// How the window moves along each axis, and the output's extent there.
    fn along(&self, input: &[usize], weights: &[usize]) -> Result<Vec<(Stride, usize)>, String> {
        let rank = input.len().saturating_sub(2);
        if !(1..=3).contains(&rank) || weights.len() != input.len() {
            return Err(format!("weights of shape {weights:?} do not go with an input of {input:?}"));
        }
        if self.groups == 0 || input[1] != weights[0] || !input[1].is_multiple_of(self.groups) {
            let groups = self.groups;
            return Err(format!(
                "weights of shape {weights:?} do not go with an input of {input:?} in {groups} groups"
            ));
        }
        for (name, list) in [("strides", &self.strides), ("dilations", &self.dilations), ("output_padding", &self.more)]
        {
            if !list.is_empty() && list.len() != rank {
                return Err(format!("{name} are {list:?} and should be {rank} numbers"));
            }
        }
        // Some files have the extents of batch and channels in front.
        let wanted = &self.wanted[self.wanted.len().saturating_sub(rank)..];
        (0..rank).map(|axis| self.along_one(axis, rank, input[2 + axis], weights[2 + axis], wanted)).collect()
    }

    fn along_one(
        &self,
        axis: usize,
        rank: usize,
        extent: usize,
        window: usize,
        wanted: &[usize],
    ) -> Result<(Stride, usize), String> {
        let get = |list: &[usize], default: usize| list.get(axis).copied().unwrap_or(default);
        let (stride, dilation, more) = (get(&self.strides, 1), get(&self.dilations, 1), get(&self.more, 0));
        if stride == 0 || dilation == 0 || window == 0 || extent == 0 {
            return Err("strides, dilations, windows and inputs must not be empty".into());
        }
        let too_large = || "its extents are too large".to_owned();
        let natural = (extent - 1).checked_mul(stride).and_then(|n| n.checked_add((window - 1).checked_mul(dilation)?));
        let natural = natural.and_then(|n| n.checked_add(1 + more)).ok_or_else(too_large)?;
        let from_output = match self.auto {
            _ if !wanted.is_empty() => wanted.get(axis).copied(),
            Auto::Not => None,
            _ => Some(extent.checked_mul(stride).ok_or_else(too_large)?),
        };
        let (before, after) = match from_output {
            None => {
                let pad = |place: usize| self.pads.get(place).copied().unwrap_or(0);
                (pad(axis), pad(rank + axis))
            }
            Some(wanted) => {
                let total = natural.saturating_sub(wanted);
                let half = if self.auto == Auto::SameUpper { total / 2 } else { total - total / 2 };
                (half as i64, (total - half) as i64)
            }
        };
        let before = usize::try_from(before).map_err(|_| "it adds places before the first".to_owned())?;
        let out = match from_output {
            Some(out) if !self.wanted.is_empty() => out,
            _ => usize::try_from(natural as i64 - before as i64 - after)
                .map_err(|_| format!("pads of {:?} leave less than nothing of an axis", self.pads))?,
        };
        Ok((Stride { window, stride, dilation, before }, out))
    }
}

impl Native for ConvTranspose {
    fn name(&self) -> &'static str {
        "ConvTranspose"
    }

    fn reads_pictures(&self) -> bool {
        true
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let [Some(input), Some(weights), ..] = &inputs[..] else { return Err("it needs two inputs".into()) };
        let along = self.along(&input.shape, &weights.shape)?;
        let mut shape = vec![input.shape[0], weights.shape[1] * self.groups];
        shape.extend(along.iter().map(|(_, out)| out));
        Ok(Some(vec![(input.datum_type, shape)]))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let [input, weights] = [0, 1].map(|index| node.given(index, draft).shape);
        let along: Vec<Stride> = self.along(&input, &weights)?.into_iter().map(|(stride, _)| stride).collect();
        deconv::lower(&along, self.groups, node, draft)
    }
}
