//! The kernels: one operator family is one file, whose scalar version is the specification.

mod binary;
mod cast;
mod contract;
pub mod conv;
pub mod copy;
mod cumulate;
pub mod depthwise;
mod fill;
mod found;
mod gather;
mod grid_sample;
mod integers;
pub mod linear;
mod local_response;
mod pool;
pub mod quantized;
mod reduce;
mod resample;
mod select;
mod softmax;
mod top;
pub mod unary;
mod unpack;
mod walk;
mod widen;

pub use unary::apply;

use crate::simd::Level;
use maasm_plan::op::{LinearOutput, Op, Rescaled};
use maasm_plan::{ElementType, Tensor};

/// The most inputs that an operator has.
pub const MAX_INPUTS: usize = 5;

/// Floats of working memory that kernels need whatever the plan.
pub const WORKSPACE: usize = conv::WORKSPACE;

/// Why a step cannot compute what is asked, though the plan is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An index that was computed, or came with the input, is out of range.
    #[error("index {index} is out of range for an axis of {extent} elements")]
    Index {
        /// The index.
        index: i64,
        /// How long the axis is.
        extent: u32,
    },
}

/// One input of a step.
#[derive(Clone, Copy)]
pub struct Operand<'a> {
    /// The tensor's element type.
    pub element_type: ElementType,
    /// The tensor's shape.
    pub shape: &'a [u32],
    /// Its bytes, or `None` if the step works in place: then this input is what the output holds beforehand.
    pub bytes: Option<&'a [u8]>,
}

impl<'a> Operand<'a> {
    /// The elements of an f32 input, or `None` if they are where the output is.
    fn floats_unless_in_place(&self) -> Option<&'a [f32]> {
        self.bytes.map(bytemuck::cast_slice)
    }

    fn indices(&self) -> gather::Indices<'a> {
        gather::Indices { element_type: self.element_type, bytes: self.bytes() }
    }

    /// An input of bytes in which `zero` stands for 0.
    fn linear(&self, zero: i16) -> linear::Bytes<'a> {
        linear::Bytes::new(self.element_type, self.bytes(), zero)
    }

    /// The bytes of an input of an operator that does not work in place.
    fn bytes(&self) -> &'a [u8] {
        self.bytes.expect("validation allows no output over this input")
    }

    /// The elements of an f32 input of an operator that does not work in place.
    fn floats(&self) -> &'a [f32] {
        bytemuck::cast_slice(self.bytes())
    }
}

/// Runs one validated step. `output` and `scratch` are the bytes of the step's output and scratch tensors;
/// `workspace` holds [`WORKSPACE`] floats.
///
/// # Errors
/// If what the tensors hold makes no sense to the operator.
pub fn run(
    level: Level,
    op: &Op,
    inputs: &[Operand; MAX_INPUTS],
    to: &Tensor,
    output: &mut [u8],
    scratch: &mut [u8],
    workspace: &mut [f32],
) -> Result<(), Fault> {
    let [x, second, ..] = inputs;
    let size = to.element_type.size() as usize;
    match op {
        Op::Copy(op) => copy::run(to.element_type.size(), &copy::Walk::of(op), x.bytes(), output),
        Op::Cast => cast::run(x.element_type, to.element_type, x.bytes(), output),
        Op::Select(op) => select::run(op, size, [x.bytes(), second.bytes(), inputs[2].bytes()], output),
        Op::Gather(op) => return gather::run(op, size, x.bytes(), second.indices(), output),
        Op::Scatter(op) => {
            if let Some(x) = x.bytes {
                output.copy_from_slice(x);
            }
            return gather::scatter(op, to.element_type, second.indices(), inputs[2].bytes(), output);
        }
        Op::Top(op) => top::run(op, x.element_type, x.bytes(), bytemuck::cast_slice_mut(scratch), output),
        Op::Suppress(op) => {
            let number = |operand: &Operand| operand.floats()[0];
            let given = found::Candidates {
                boxes: x.floats(),
                scores: second.floats(),
                most: bytemuck::cast_slice::<u8, i64>(inputs[2].bytes())[0],
                overlap: number(&inputs[3]),
                score: number(&inputs[4]),
            };
            found::suppress(op, &given, bytemuck::cast_slice_mut(scratch), bytemuck::cast_slice_mut(output));
        }
        Op::NonZero(op) => found::non_zero(op, x.element_type, x.bytes(), bytemuck::cast_slice_mut(output)),
        Op::Count(op) => found::count(op, bytemuck::cast_slice(x.bytes()), bytemuck::cast_slice_mut(output)),
        Op::Contract(op) => contract::run(op, x, second, to.element_type, output),
        Op::Reduce(op) if op.kind.finds() => {
            reduce::find(op, x.element_type, x.bytes(), bytemuck::cast_slice_mut(output));
        }
        Op::Pool(op) if op.kind.finds() => {
            pool::find(op, &Geometry::new(x.shape, &to.shape), x.floats(), bytemuck::cast_slice_mut(output));
        }
        Op::Pool(op) if x.element_type == ElementType::U8 => {
            pool::largest_bytes(op, &Geometry::new(x.shape, &to.shape), x.bytes(), output);
        }
        Op::Binary(op) if op.kind.compares() && x.element_type == ElementType::F32 => {
            binary::compare(op, x.floats(), second.floats(), output);
        }
        Op::Quantize(op) => quantized::quantize(op, x.floats(), output),
        Op::Dequantize(op) => quantized::dequantize(op, x.bytes(), bytemuck::cast_slice_mut(output)),
        Op::Widen => {
            let weights = bytemuck::cast_slice(x.bytes());
            widen::run(weights, second.floats(), bytemuck::cast_slice_mut(output));
        }
        Op::Unpack => unpack::run(x.bytes(), second.floats(), bytemuck::cast_slice_mut(output)),
        Op::QuantizedConv(op) => {
            let operands = quantized::Operands {
                x: x.bytes(),
                weights: bytemuck::cast_slice(second.bytes()),
                bias: bytemuck::cast_slice(inputs[2].bytes()),
                multipliers: inputs[3].floats(),
                residual: op.residual.map(|_| inputs[4].bytes()),
            };
            let mut y = match op.output {
                Rescaled::Bytes { .. } => quantized::Output::Bytes(output),
                Rescaled::Floats { .. } => quantized::Output::Floats(bytemuck::cast_slice_mut(output)),
            };
            quantized::run(level, op, &Geometry::new(x.shape, &to.shape), &operands, &mut y, scratch);
        }
        Op::QuantizeLinear(op) => linear::quantize(op, x.floats(), to.element_type, output),
        Op::DequantizeLinear(op) => linear::dequantize(op, &x.linear(op.zero), bytemuck::cast_slice_mut(output)),
        Op::QLinearAdd(op) => linear::add(op, &x.linear(op.a.zero), &second.linear(op.b.zero), output),
        Op::QLinearConv(op) => {
            let operands = linear::Operands {
                x: x.linear(op.zero),
                weights: bytemuck::cast_slice(second.bytes()),
                bias: bytemuck::cast_slice(inputs[2].bytes()),
                multipliers: inputs[3].floats(),
                residual: op.residual.map(|residual| inputs[4].linear(residual.zero)),
            };
            let mut y = match op.output {
                LinearOutput::Bytes { .. } => linear::Output::Bytes(output),
                LinearOutput::Floats { .. } => linear::Output::Floats(bytemuck::cast_slice_mut(output)),
            };
            let geometry = Geometry::new(x.shape, &to.shape);
            linear::run(level, op, &geometry, &operands, &mut y, bytemuck::cast_slice_mut(scratch));
        }
        _ if x.element_type != ElementType::F32 && !matches!(op, Op::Fill(_)) => on_integers(op, x, second, output),
        _ => on_floats(level, op, inputs, to, bytemuck::cast_slice_mut(output), scratch, workspace),
    }
    Ok(())
}

/// Operators that have a kernel for integers and truth values beside the one for f32.
fn on_integers(op: &Op, x: &Operand, second: &Operand, output: &mut [u8]) {
    match op {
        Op::Unary(op) => {
            if let Some(x) = x.bytes {
                output.copy_from_slice(x);
            }
            unary::run_integers(*op, x.element_type, output);
        }
        Op::Binary(op) => binary::run_integers(op, x.element_type, x.bytes, second.bytes, output),
        Op::Reduce(op) => reduce::run_integers(op, x.element_type, x.bytes(), output),
        Op::Cumulate(op) => cumulate::run_integers(op, x.element_type, x.bytes(), output),
        _ => unreachable!("validation allows only f32 for this operator"),
    }
}

fn on_floats(
    level: Level,
    op: &Op,
    inputs: &[Operand; MAX_INPUTS],
    to: &Tensor,
    y: &mut [f32],
    scratch: &mut [u8],
    workspace: &mut [f32],
) {
    let x = &inputs[0];
    match op {
        Op::Conv(op) => {
            let bias = op.bias.then(|| inputs[2].floats());
            let residual = op.residual.then(|| inputs[2 + usize::from(op.bias)].floats());
            let operands = conv::Operands { x: x.floats(), weights: inputs[1].floats(), bias, residual };
            let geometry = Geometry::new(x.shape, &to.shape);
            conv::run(level, op, &geometry, &operands, y, bytemuck::cast_slice_mut(scratch), workspace);
        }
        Op::Depthwise(op) => {
            let geometry = Geometry::new(x.shape, &to.shape);
            depthwise::run(level, op, &geometry, x.floats(), inputs[1].floats(), inputs[2].floats(), y);
        }
        Op::Pool(op) => pool::run(op, &Geometry::new(x.shape, &to.shape), x.floats(), y),
        Op::Unary(op) => {
            if let Some(x) = x.floats_unless_in_place() {
                y.copy_from_slice(x);
            }
            unary::run(level, *op, y);
        }
        Op::Binary(op) => binary::run(level, op, x.floats_unless_in_place(), inputs[1].floats_unless_in_place(), y),
        Op::Reduce(op) => reduce::run(op, x.floats(), y),
        Op::Softmax(op) => softmax::run(op, x.floats(), y),
        Op::Fill(op) => fill::run(op, y),
        Op::LocalResponse(op) => {
            local_response::run(op, to.shape.last().map_or(1, |&c| c as usize), x.floats(), y);
        }
        Op::Resample(op) => {
            resample::run(op, x.floats(), bytemuck::cast_slice(inputs[1].bytes()), inputs[2].floats(), y);
        }
        Op::Cumulate(op) => cumulate::run(op, x.floats(), y),
        Op::GridSample(op) => grid_sample::run(op, x.floats(), inputs[1].floats(), y),
        _ => unreachable!("it was run already"),
    }
}

/// The extents of an operator that slides a window over images.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// Images.
    pub batch: usize,
    /// Input height and width.
    pub size: [usize; 2],
    /// Input channels.
    pub channels: usize,
    /// Output height and width.
    pub out_size: [usize; 2],
    /// Output channels.
    pub out_channels: usize,
}

impl Geometry {
    /// From the `[batch, height, width, channels]` of input and output.
    pub fn new(input: &[u32], output: &[u32]) -> Self {
        let extent = |shape: &[u32], i: usize| shape[i] as usize;
        Self {
            batch: extent(input, 0),
            size: [extent(input, 1), extent(input, 2)],
            channels: extent(input, 3),
            out_size: [extent(output, 1), extent(output, 2)],
            out_channels: extent(output, 3),
        }
    }

    /// Batch, row and column of every output pixel, in order.
    fn out_pixels(&self) -> impl Iterator<Item = [usize; 3]> + use<> {
        let ([height, width], batch) = (self.out_size, self.batch);
        (0..batch).flat_map(move |n| (0..height).flat_map(move |y| (0..width).map(move |x| [n, y, x])))
    }
}

/// How a window slides over an image.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Height and width.
    pub window: [u32; 2],
    /// Step between output places.
    pub stride: [u32; 2],
    /// Step between window cells.
    pub dilation: [u32; 2],
    /// Rows above and columns to the left.
    pub pad_before: [u32; 2],
}

impl Window {
    /// Along `axis`, the input coordinate under window cell `cell` at output place `out`, if it is not padding.
    fn source(&self, axis: usize, out: usize, cell: usize, size: usize) -> Option<usize> {
        let from_edge = out * self.stride[axis] as usize + cell * self.dilation[axis] as usize;
        from_edge.checked_sub(self.pad_before[axis] as usize).filter(|&at| at < size)
    }

    /// The window cells at an output pixel that are not padding, in order: cell number, and index of the input
    /// pixel within its image.
    fn cells(&self, size: [usize; 2], out: [usize; 2]) -> impl Iterator<Item = (usize, usize)> + use<> {
        let window = *self;
        let [height, width] = window.window.map(|extent| extent as usize);
        (0..height).filter_map(move |i| Some((i, window.source(0, out[0], i, size[0])?))).flat_map(move |(i, row)| {
            (0..width).filter_map(move |j| Some((i * width + j, row * size[1] + window.source(1, out[1], j, size[1])?)))
        })
    }
}
