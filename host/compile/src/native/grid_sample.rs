//! GridSample: a picture looked at through a grid of coordinates.

use super::{Input, Inputs, Native, Output};
use crate::draft::{Draft, channels_last, operand};
use crate::kernel::Kernel;
use crate::lower::{Lowered, Node};
use maasm_plan::op::{self, GridBorder, GridMode};
use maasm_plan::{ElementType, Op};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct GridSample {
    mode: GridMode,
    border: GridBorder,
    align_corners: bool,
}

/// Reads its attributes.
///
/// # Errors
/// If one of them is not defined.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let text = |name: &str, default: &str| -> TractResult<String> {
        Ok(node.get_attr_opt::<String>(name)?.unwrap_or_else(|| default.into()))
    };
    let mode = match &*text("mode", "linear")? {
        "linear" | "bilinear" => GridMode::Linear,
        "cubic" | "bicubic" => GridMode::Cubic,
        "nearest" => GridMode::Nearest,
        other => bail!("mode {other:?} is not defined"),
    };
    let border = match &*text("padding_mode", "zeros")? {
        "zeros" => GridBorder::Zeros,
        "border" => GridBorder::Edge,
        "reflection" => GridBorder::Reflection,
        other => bail!("padding_mode {other:?} is not defined"),
    };
    let align_corners = node.get_attr_opt::<i64>("align_corners")?.unwrap_or(0) != 0;
    Ok(Arc::new(GridSample { mode, border, align_corners }))
}

impl Native for GridSample {
    fn name(&self) -> &'static str {
        "GridSample"
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let [Some(x), Some(grid)] = &inputs[..] else { return Err("it needs two inputs".into()) };
        let spatial = x.shape.len().saturating_sub(2);
        if !(1..=3).contains(&spatial) || grid.shape.len() != x.shape.len() || grid.shape.last() != Some(&spatial) {
            return Err(format!("a grid of {:?} does not go with an input of {:?}", grid.shape, x.shape));
        }
        let shape = [x.shape[0], x.shape[1]].into_iter().chain(grid.shape[1..=spatial].iter().copied()).collect();
        Ok(Some(vec![(x.datum_type, shape)]))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let (x, grid) = (node.value(0, draft), node.value(1, draft));
        if x.shape[0] != grid.shape[0] {
            return Err(format!("{} pictures and {} grids do not go together", x.shape[0], grid.shape[0]));
        }
        let rank = x.shape.len();
        let x = draft.cast(node.name, &x, ElementType::F32);
        let x = draft.ordered(node.name, &x, &channels_last(rank));
        let grid = draft.cast(node.name, &grid, ElementType::F32);
        let grid = draft.row_major(node.name, &grid);
        let output = draft.value(node.shape.clone(), channels_last(rank));
        let mut extents = vec![1; 5 - rank];
        extents.extend(x.shape[2..].iter().map(|&extent| extent as u32));
        let op = op::GridSample {
            batch: x.shape[0] as u32,
            channels: x.shape[1] as u32,
            extents: [extents[0], extents[1], extents[2]],
            axes: (rank - 2) as u32,
            places: grid.shape[1..rank - 1].iter().product::<usize>() as u32,
            mode: self.mode,
            border: self.border,
            align_corners: self.align_corners,
        };
        let inputs = vec![operand(&x), operand(&grid)];
        draft.push(node.name, Kernel::Plain(Op::GridSample(op)), inputs, operand(&output));
        Ok(draft.cast(node.name, &output, node.element_type))
    }
}
