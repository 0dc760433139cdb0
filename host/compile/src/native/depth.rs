//! Blocks of pixels as channels and back: SpaceToDepth and DepthToSpace. One copy each.

use super::{Input, Inputs, Native, Output};
use crate::draft::Draft;
use crate::lower::carry::Handling;
use crate::lower::{Lowered, Node};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct Blocks {
    size: usize,
    /// Whether pixels become channels, else channels become pixels.
    to_depth: bool,
    /// Whether the place within the block stands behind the channel (`CRD`), else before it (`DCR`).
    channel_first: bool,
}

/// Reads the attributes of either.
///
/// # Errors
/// If one of them is missing or not defined.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let size: usize = node.get_attr("blocksize")?;
    const MOST: usize = 1 << 16;
    ensure!((1..=MOST).contains(&size), "a blocksize of {size} is not from 1 to {MOST}");
    let channel_first = match &*node.get_attr_opt::<String>("mode")?.unwrap_or_else(|| "DCR".into()) {
        "DCR" => false,
        "CRD" => true,
        other => bail!("mode {other:?} is not defined"),
    };
    Ok(Arc::new(Blocks { size, to_depth: node.op_type == "SpaceToDepth", channel_first }))
}

impl Native for Blocks {
    fn name(&self) -> &'static str {
        if self.to_depth { "SpaceToDepth" } else { "DepthToSpace" }
    }

    fn handling(&self) -> Handling {
        Handling::Moves
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let input = inputs.first().cloned().flatten().ok_or("it has no input")?;
        let [n, c, h, w] = input.shape[..] else { return Err(format!("its input {:?} is no picture", input.shape)) };
        let (size, area) = (self.size, self.size * self.size);
        let shape = if self.to_depth {
            if h % size != 0 || w % size != 0 {
                return Err(format!("{h}×{w} pixels are not blocks of {size}"));
            }
            vec![n, c * area, h / size, w / size]
        } else {
            if c % area != 0 {
                return Err(format!("{c} channels are not blocks of {area}"));
            }
            vec![n, c / area, h * size, w * size]
        };
        Ok(Some(vec![(input.datum_type, shape)]))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let input = node.value(0, draft);
        let output = draft.like(&input, node.shape.clone(), input.order.clone());
        let (deep, wide) = if self.to_depth { (&output, &input) } else { (&input, &output) };
        let (size, area) = (self.size, self.size * self.size);
        let (by_deep, by_wide) = (deep.strides(), wide.strides());
        let channels = wide.shape[1];
        let (by_channel, by_place) = if self.channel_first { (area, 1) } else { (1, channels) };
        // Extent, and strides where pixels are channels and where they are pixels.
        let place = |rows: usize, axis: usize| (size, by_deep[1] * by_place * rows, by_wide[axis]);
        let mut places = vec![
            (wide.shape[0], by_deep[0], by_wide[0]),
            (deep.shape[2], by_deep[2], by_wide[2] * size),
            place(size, 2),
            (deep.shape[3], by_deep[3], by_wide[3] * size),
            place(1, 3),
            (channels, by_deep[1] * by_channel, by_wide[1]),
        ];
        if self.to_depth {
            places.iter_mut().for_each(|place| *place = (place.0, place.2, place.1));
        }
        draft.copy_places(node.name, (&input, 0), (&output, 0), places);
        Ok(output)
    }
}
