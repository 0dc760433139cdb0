//! ONNX's Resize in all of its modes, and Upsample: along each axis a table says of which elements, by which weights,
//! every element of the output is made. The definitions are those of ONNX's reference implementation.

mod table;

use super::{Input, Inputs, Native, Output, counted_axis};
use crate::draft::{Draft, Value, operand};
use crate::kernel::Kernel;
use crate::lower::{Lowered, Node};
use maasm_plan::op::Resample;
use maasm_plan::{ElementType, Op};
use std::sync::Arc;
use table::{Axis, Coordinates, Nearest, Scheme, Table};
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

/// What the node's attributes say.
#[derive(Clone, Debug)]
struct Resize {
    scheme: Scheme,
    axes: Option<Vec<i64>>,
    policy: Policy,
    /// Of Upsample's first version, where they are no input.
    scales: Option<Vec<f32>>,
    /// Whether the second input is the region, as it is since version 11, or the scales.
    has_region: bool,
    /// What there is beyond the input, where a region reaches there.
    outside: f32,
}

/// What becomes of the sizes that are asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Policy {
    Stretch,
    NotLarger,
    NotSmaller,
}

/// Reads the attributes of Resize or Upsample.
///
/// # Errors
/// If one of them is not defined.
pub fn read(node: &NodeProto, operator_set: i64) -> TractResult<Arc<dyn Native>> {
    let text = |name: &str, default: &str| -> TractResult<String> {
        Ok(node.get_attr_opt::<String>(name)?.unwrap_or_else(|| default.into()))
    };
    let has_region = node.op_type == "Resize" && operator_set >= 11;
    let (coordinates, nearest) =
        if has_region { ("half_pixel", "round_prefer_floor") } else { ("asymmetric", "floor") };
    let coordinates = match &*text("coordinate_transformation_mode", coordinates)? {
        "half_pixel" => Coordinates::HalfPixel,
        "half_pixel_symmetric" => Coordinates::HalfPixelSymmetric,
        "pytorch_half_pixel" => Coordinates::PytorchHalfPixel,
        "align_corners" => Coordinates::AlignCorners,
        "asymmetric" => Coordinates::Asymmetric,
        "tf_half_pixel_for_nn" => Coordinates::TfHalfPixelForNn,
        "tf_crop_and_resize" => Coordinates::TfCropAndResize,
        other => bail!("coordinate_transformation_mode {other:?} is not defined"),
    };
    let nearest = match &*text("nearest_mode", nearest)? {
        "round_prefer_floor" => Nearest::RoundPreferFloor,
        "round_prefer_ceil" => Nearest::RoundPreferCeil,
        "floor" => Nearest::Floor,
        "ceil" => Nearest::Ceil,
        other => bail!("nearest_mode {other:?} is not defined"),
    };
    let a = f64::from(node.get_attr_opt("cubic_coeff_a")?.unwrap_or(-0.75f32));
    let kernel = match &*text("mode", "nearest")? {
        "nearest" => table::Kernel::Nearest(nearest),
        "linear" | "bilinear" => table::Kernel::Linear,
        "cubic" => table::Kernel::Cubic { a },
        other => bail!("mode {other:?} is not defined"),
    };
    let flag = |name: &str| -> TractResult<bool> { Ok(node.get_attr_opt::<i64>(name)?.unwrap_or(0) != 0) };
    let policy = match &*text("keep_aspect_ratio_policy", "stretch")? {
        "stretch" => Policy::Stretch,
        "not_larger" => Policy::NotLarger,
        "not_smaller" => Policy::NotSmaller,
        other => bail!("keep_aspect_ratio_policy {other:?} is not defined"),
    };
    Ok(Arc::new(Resize {
        scheme: Scheme {
            kernel,
            coordinates,
            antialias: flag("antialias")?,
            exclude_outside: flag("exclude_outside")?,
        },
        axes: node.get_attr_opt_vec("axes")?,
        policy,
        scales: node.get_attr_opt_vec("scales")?,
        has_region,
        outside: node.get_attr_opt("extrapolation_value")?.unwrap_or(0.0),
    }))
}

impl Resize {
    /// How each axis is resized. Nothing if that cannot be said before scales or sizes are known.
    fn plan(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Axis>>, String> {
        let input = |place: usize| inputs.get(place).and_then(Option::as_ref);
        let shape = &input(0).ok_or("it has no input")?.shape;
        let rank = shape.len();
        let axes: Vec<usize> = match &self.axes {
            None => (0..rank).collect(),
            Some(axes) => axes.iter().map(|&axis| counted_axis(axis, rank)).collect::<Result<_, _>>()?,
        };
        let (scales, sizes) = if self.has_region { (input(2), input(3)) } else { (input(1), None) };
        let region = if self.has_region { input(1) } else { None };
        let (Some(scales), Some(sizes), Some(region)) =
            (self.numbers(scales, &self.scales)?, self.numbers(sizes, &None)?, self.numbers(region, &None)?)
        else {
            return Ok(None);
        };
        let by_sizes = !sizes.is_empty();
        let wanted = if by_sizes { &sizes } else { &scales };
        if wanted.len() != axes.len() {
            return Err(format!("it has {} scales or sizes for {} axes", wanted.len(), axes.len()));
        }
        let mut plan: Vec<Axis> = shape.iter().map(|&extent| Axis::still(extent)).collect();
        let by_size = |place: usize| sizes[place] / shape[axes[place]] as f64;
        let common = match self.policy {
            Policy::NotLarger if by_sizes => (0..axes.len()).map(by_size).reduce(f64::min),
            Policy::NotSmaller if by_sizes => (0..axes.len()).map(by_size).reduce(f64::max),
            _ => None,
        };
        for (place, &axis) in axes.iter().enumerate() {
            let extent = shape[axis];
            let (scale, out) = match common {
                Some(scale) => (scale, (scale * extent as f64 + 0.5).floor()),
                None if by_sizes => (by_size(place), sizes[place]),
                None => (scales[place], (scales[place] * extent as f64).floor()),
            };
            const MOST: f64 = (1u64 << 31) as f64;
            if !(1.0..MOST).contains(&out) || !scale.is_finite() {
                return Err(format!("axis {axis} would have {out} elements"));
            }
            let region = match (self.scheme.coordinates, &region[..]) {
                (Coordinates::TfCropAndResize, region) if region.len() == 2 * axes.len() => {
                    [region[place], region[axes.len() + place]]
                }
                (Coordinates::TfCropAndResize, region) => {
                    return Err(format!("it has {} bounds of its region for {} axes", region.len(), axes.len()));
                }
                _ => [0.0, 1.0],
            };
            plan[axis] = Axis { extent, out: out as usize, scale, region };
        }
        Ok(Some(plan))
    }

    /// The elements of an input, or of the attribute in its place; none if both are left out. Nothing if they are not
    /// known yet.
    fn numbers(&self, input: Option<&Input>, attribute: &Option<Vec<f32>>) -> Result<Option<Vec<f64>>, String> {
        let Some(input) = input else {
            return Ok(Some(attribute.iter().flatten().map(|&value| value.into()).collect()));
        };
        if input.shape.iter().product::<usize>() == 0 {
            return Ok(Some(Vec::new()));
        }
        let Some(value) = &input.value else { return Ok(None) };
        let value = value.cast_to::<f64>().map_err(|error| error.to_string())?;
        let elements = value.to_plain_array_view::<f64>().map_err(|error| error.to_string())?;
        Ok(Some(elements.iter().copied().collect()))
    }
}

impl Native for Resize {
    fn name(&self) -> &'static str {
        "Resize"
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let Some(plan) = self.plan(inputs)? else { return Ok(None) };
        let datum_type = inputs[0].as_ref().ok_or("it has no input")?.datum_type;
        Ok(Some(vec![(datum_type, plan.iter().map(|axis| axis.out).collect())]))
    }

    fn lower(&self, node: &Node, at: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let mut value = node.value(0, draft);
        let given = at.iter().map(|place| place.map(|place| node.given(place, draft))).collect();
        let plan = self.plan(&given)?.ok_or("its scales or sizes are computed at run time")?;
        let element_type = draft.element_type(&value);
        for (index, axis) in plan.iter().enumerate() {
            draft.allow(Table::room(&self.scheme, axis))?;
            let table = Table::new(&self.scheme, axis);
            if table.changes_nothing(axis) {
                continue;
            }
            value = match table.places() {
                Some(places) => draft.pick(node.name, &value, index, &places),
                None => {
                    let floats = draft.cast(node.name, &value, ElementType::F32);
                    resample(node.name, &floats, index, axis, &table, self.outside, draft)
                }
            };
        }
        Ok(draft.cast(node.name, &value, element_type))
    }
}

fn resample(
    name: &str,
    value: &Value,
    index: usize,
    axis: &Axis,
    table: &Table,
    outside: f32,
    draft: &mut Draft,
) -> Value {
    let at = value.order.iter().position(|&a| a == index).expect("every axis is in the order");
    let physical = value.physical();
    let product = |extents: &[usize]| extents.iter().product::<usize>() as u32;
    let resample = Resample {
        outer: product(&physical[..at]),
        extent: axis.extent as u32,
        out_extent: axis.out as u32,
        inner: product(&physical[at + 1..]),
        taps: table.taps as u32,
        outside,
    };
    let mut shape = value.shape.clone();
    shape[index] = axis.out;
    let output = draft.value(shape, value.order.clone());
    let size = [axis.out, table.taps];
    let tables = [draft.table(&size, &table.indices), draft.table(&size, &table.weights)];
    let inputs = [value, &tables[0], &tables[1]].map(operand).to_vec();
    draft.push(name, Kernel::Plain(Op::Resample(resample)), inputs, operand(&output));
    output
}
