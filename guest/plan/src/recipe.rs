//! Preprocessing as data: how bytes become the model's input tensor.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// How the bytes given to `recognize` become the input tensor. One variant for each kind of thing recognised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipe {
    /// A picture.
    Image(ImageRecipe),
}

/// The steps from a decoded picture to the input tensor, in this order: orient (EXIF), crop the source, resize,
/// crop or pad to size, order the channels, scale and normalise, lay out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ImageRecipe {
    /// Width of the input tensor, in pixels.
    pub width: u32,
    /// Height of the input tensor, in pixels.
    pub height: u32,
    /// Which part of the picture is used, and how it is brought to size.
    pub resize: Resize,
    /// How pixels between pixels are found.
    pub filter: Filter,
    /// Which channels the tensor has, in which order.
    pub channels: Channels,
    /// Where the channels stand among the tensor's axes.
    pub layout: Layout,
    /// Subtracted from each channel's value (0…255), one for each channel.
    pub mean: Vec<f32>,
    /// Multiplied with each channel's difference, one for each channel: `(value − mean) · scale`.
    pub scale: Vec<f32>,
}

/// Which part of the picture is used, and how it is brought to size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// The whole picture, stretched to size.
    Stretch,
    /// The shorter side is scaled to so many pixels, then the size is cut out of the middle (torchvision's
    /// `Resize` and `CenterCrop`).
    ShortSide(u32),
    /// A centred square of `fraction` of the shorter side is cut out, then scaled to size (TensorFlow's central
    /// crop). The side is rounded down to whole pixels.
    CropFraction(f32),
    /// The whole picture, scaled to fit inside the size, the rest filled evenly on both sides with this value.
    Letterbox(u8),
    /// As `Letterbox`, with the picture in the top left corner and everything to fill on the right or below.
    LetterboxCorner(u8),
    /// The whole picture, scaled to the height; what is then wider than the width is squeezed into it, and what it
    /// leaves on the right is filled with this value. For lines of text.
    FitHeight(u8),
    /// The whole picture, stretched to a square of so many pixels, then the size is cut out of the middle (Caffe's
    /// example for classification).
    StretchAndCrop(u32),
}

/// How pixels between pixels are found; all but the last are widened when scaling down, as Pillow does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// The nearest pixel.
    Nearest,
    /// Linear in both directions.
    Bilinear,
    /// Cubic in both directions (Catmull-Rom, a = −0.5).
    Bicubic,
    /// Lanczos with three lobes.
    Lanczos3,
    /// Linear in both directions between the nearest four pixels, however much is scaled down: OpenCV's
    /// `INTER_LINEAR`.
    BilinearUnwidened,
}

/// Which channels the tensor has, in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channels {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// One channel: ITU-R BT.601 luma, as Pillow's `convert("L")`.
    Grey,
}

impl Channels {
    /// How many there are.
    pub const fn count(self) -> usize {
        match self {
            Self::Rgb | Self::Bgr => 3,
            Self::Grey => 1,
        }
    }
}

/// Where the channels stand among the tensor's axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// `[1, channels, height, width]`.
    ChannelsFirst,
    /// `[1, height, width, channels]`.
    ChannelsLast,
}
