//! The attributes that convolutions and pools share.

use crate::lower::window::Slide;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

/// How a window slides, as a node says it.
#[derive(Clone, Debug)]
pub struct Attributes {
    /// The window, where weights do not say it.
    pub window: Option<Vec<usize>>,
    /// Independent groups of channels.
    pub groups: usize,
    /// Whether a last window that overhangs counts.
    pub ceil_mode: bool,
    strides: Vec<usize>,
    dilations: Vec<usize>,
    pads: Vec<usize>,
    same: Option<Same>,
}

/// Padding that gives as many places as there are strides.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Same {
    /// An odd one goes behind.
    Upper,
    /// An odd one goes before.
    Lower,
}

impl Attributes {
    /// Reads them.
    ///
    /// # Errors
    /// If one has the wrong type or is not defined.
    pub fn read(node: &NodeProto) -> TractResult<Self> {
        let list = |name: &str| -> TractResult<Vec<usize>> { Ok(node.get_attr_opt_vec(name)?.unwrap_or_default()) };
        let same = match node.get_attr_opt::<String>("auto_pad")?.as_deref() {
            None | Some("NOTSET" | "VALID") => None,
            Some("SAME_UPPER") => Some(Same::Upper),
            Some("SAME_LOWER") => Some(Same::Lower),
            Some(other) => bail!("auto_pad {other:?} is not defined"),
        };
        Ok(Self {
            window: node.get_attr_opt_vec("kernel_shape")?,
            groups: node.get_attr_opt("group")?.unwrap_or(1),
            ceil_mode: node.get_attr_opt::<i64>("ceil_mode")?.unwrap_or(0) != 0,
            strides: list("strides")?,
            dilations: list("dilations")?,
            pads: list("pads")?,
            same,
        })
    }

    /// How a window of the given size slides over an input of the given shape.
    ///
    /// # Errors
    /// If they do not go together.
    pub fn slides(&self, input: &[usize], window: &[usize]) -> Result<Vec<Slide>, String> {
        let rank = input.len().saturating_sub(2);
        if !(1..=3).contains(&rank) || window.len() != rank {
            return Err(format!("a window of {window:?} does not slide over an input of {input:?}"));
        }
        (0..rank).map(|axis| self.slide(axis, rank, input[2 + axis], window[axis])).collect()
    }

    fn slide(&self, axis: usize, rank: usize, extent: usize, window: usize) -> Result<Slide, String> {
        let get = |list: &[usize], place: usize, default: usize| list.get(place).copied().unwrap_or(default);
        let (stride, dilation) = (get(&self.strides, axis, 1), get(&self.dilations, axis, 1));
        if stride == 0 || dilation == 0 || window == 0 {
            return Err("strides, dilations and windows must be positive".into());
        }
        let mut slide = Slide { window, stride, dilation, before: 0, out: 0 };
        let (before, after) = match self.same {
            None => (get(&self.pads, axis, 0), get(&self.pads, rank + axis, 0)),
            Some(same) => {
                let needed = extent.div_ceil(stride).saturating_sub(1) * stride + slide.reach();
                let total = needed.saturating_sub(extent);
                let before = if same == Same::Lower { total.div_ceil(2) } else { total / 2 };
                (before, total - before)
            }
        };
        slide.before = before;
        let room = (extent + before + after).checked_sub(slide.reach());
        let room = room.ok_or_else(|| format!("a window of {window} is larger than its input of {extent}"))?;
        slide.out = if self.ceil_mode { room.div_ceil(stride) } else { room / stride } + 1;
        // A window that begins behind the input does not count.
        if self.ceil_mode && (slide.out - 1) * stride >= extent + before {
            slide.out -= 1;
        }
        Ok(slide)
    }
}
