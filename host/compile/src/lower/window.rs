//! Windows that slide along spatial axes.

use crate::draft::{Draft, Value, channels_last};
use tract_onnx::tract_core::ops::cnn::PoolSpec;
use tract_onnx::tract_core::ops::nn::DataFormat;

/// How a window slides along one axis.
#[derive(Clone, Copy, Debug)]
pub struct Slide {
    /// Cells of the window.
    pub window: usize,
    /// Step between output places.
    pub stride: usize,
    /// Step between cells.
    pub dilation: usize,
    /// Padding before.
    pub before: usize,
    /// Output places.
    pub out: usize,
}

impl Slide {
    /// One that changes nothing.
    pub const fn still(extent: usize) -> Self {
        Self { window: 1, stride: 1, dilation: 1, before: 0, out: extent }
    }

    /// From the first to the last cell.
    pub fn reach(&self) -> usize {
        (self.window - 1) * self.dilation + 1
    }

    /// How many places of an axis of `extent`, padded as it is, the output needs: before and after.
    fn pads(&self, extent: usize) -> (usize, usize) {
        let needed = (self.out - 1) * self.stride + self.reach();
        (self.before, needed.saturating_sub(self.before + extent))
    }

    /// Whether kernels take the padding as it is: less than a window on either side.
    fn is_usual(&self, extent: usize) -> bool {
        self.before < self.reach().max(2) && (self.out - 1) * self.stride < extent + self.before
    }
}

/// Reads tract's description for an input of `shape`.
pub fn slides(spec: &PoolSpec, shape: &[usize]) -> Result<Vec<Slide>, String> {
    if spec.data_format != DataFormat::NCHW {
        return Err(format!("data format {:?} is not supported, only NCHW", spec.data_format));
    }
    let spatial = &shape[2..];
    if spatial.is_empty() || spatial.len() > 3 {
        return Err(format!("{} spatial axes are not supported, only 1 to 3", spatial.len()));
    }
    let padding = spec.computed_padding(spatial);
    let along = |axis: usize| Slide {
        window: spec.kernel_shape[axis],
        stride: spec.stride(axis),
        dilation: spec.dilation(axis),
        before: padding[axis].pad_before,
        out: padding[axis].convoluted,
    };
    Ok((0..spatial.len()).map(along).collect())
}

/// The value channels last.
pub fn as_image(name: &str, value: &Value, draft: &mut Draft) -> Value {
    let order = channels_last(value.shape.len());
    draft.ordered(name, value, &order)
}

/// Makes all padding explicit if some of it is more than kernels take; `with` is what is padded.
pub fn usual(name: &str, value: Value, mut slides: Vec<Slide>, with: f32, draft: &mut Draft) -> (Value, Vec<Slide>) {
    let spatial = value.shape[2..].to_vec();
    if slides.iter().zip(&spatial).all(|(slide, &extent)| slide.is_usual(extent)) {
        return (value, slides);
    }
    let mut pads = vec![(0, 0); 2];
    for (slide, &extent) in slides.iter_mut().zip(&spatial) {
        pads.push(slide.pads(extent));
        slide.before = 0;
    }
    (draft.padded(name, &value, &pads, with), slides)
}

/// `[batch, height, width, channels]` of a channels-last value with one or two spatial axes.
pub fn image_shape(value: &Value) -> [usize; 4] {
    match value.physical()[..] {
        [n, w, c] => [n, 1, w, c],
        [n, h, w, c] => [n, h, w, c],
        _ => unreachable!("images have one or two spatial axes"),
    }
}

/// Height and width, the first of which is still if there is only one axis.
pub fn two<T: Copy>(slides: &[Slide], still: T, get: impl Fn(&Slide) -> T) -> [T; 2] {
    match slides {
        [width] => [still, get(width)],
        [height, width] => [get(height), get(width)],
        _ => unreachable!("images have one or two spatial axes"),
    }
}
