//! The kernels: one operator family is one file, whose scalar version is the specification.

mod binary;
pub mod conv;
pub mod copy;
pub mod depthwise;
mod fill;
mod local_response;
mod pool;
mod reduce;
mod softmax;
pub mod unary;

pub use unary::apply;

use crate::simd::Level;
use maasm_plan::Tensor;
use maasm_plan::op::Op;

/// The most inputs that an operator has.
pub const MAX_INPUTS: usize = 4;

/// Floats of working memory that kernels need whatever the plan.
pub const WORKSPACE: usize = conv::WORKSPACE;

/// One input of a step.
#[derive(Clone, Copy)]
pub struct Operand<'a> {
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

    /// The elements of an f32 input of an operator that does not work in place.
    fn floats(&self) -> &'a [f32] {
        self.floats_unless_in_place().expect("validation allows no output over this input")
    }
}

/// Runs one validated step. `output` and `scratch` are the bytes of the step's output and scratch tensors;
/// `workspace` holds [`WORKSPACE`] floats.
pub fn run(
    level: Level,
    op: &Op,
    inputs: &[Operand; MAX_INPUTS],
    to: &Tensor,
    output: &mut [u8],
    scratch: &mut [u8],
    workspace: &mut [f32],
) {
    let x = &inputs[0];
    if let Op::Copy(op) = op {
        let from = x.bytes.expect("validation allows no output over this input");
        return copy::run(to.element_type.size(), &copy::Walk::of(op), from, output);
    }
    let y: &mut [f32] = bytemuck::cast_slice_mut(output);
    match op {
        Op::Copy(_) => {}
        Op::Conv(op) => {
            let bias = op.bias.then(|| inputs[2].floats());
            let residual = op.residual.then(|| inputs[2 + usize::from(op.bias)].floats());
            let operands = conv::Operands { x: x.floats(), weights: inputs[1].floats(), bias, residual };
            conv::run(
                level,
                op,
                &Geometry::new(x.shape, &to.shape),
                &operands,
                y,
                bytemuck::cast_slice_mut(scratch),
                workspace,
            );
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
