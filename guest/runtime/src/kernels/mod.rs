//! The kernels: one operator family is one file, whose scalar version is the specification.

mod binary;
mod cast;
mod contract;
pub mod conv;
pub mod copy;
mod cumulate;
pub mod depthwise;
mod entries;
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

pub use entries::{Call, entry, run};
pub use unary::apply;

use maasm_plan::ElementType;

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
