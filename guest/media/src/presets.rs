//! Recipes by name.

use maasm_plan::recipe::{Channels, Filter, ImageRecipe, Layout, Resize};

/// A recipe that many models share, for any size of their input.
pub struct Preset {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    make: fn(width: u32, height: u32) -> ImageRecipe,
}

impl Preset {
    /// The recipe for an input tensor of this size, in pixels, and this layout.
    pub fn recipe(&self, width: u32, height: u32, layout: Layout) -> ImageRecipe {
        ImageRecipe { layout, ..(self.make)(width, height) }
    }
}

/// All presets, in the order to list them.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "imagenet",
        summary: "short side to 256/224 of the size, centre crop, bilinear, RGB, torchvision's mean and deviation",
        make: |width, height| ImageRecipe {
            resize: short_side(width, height),
            // torchvision: ((x / 255) − mean) / deviation
            mean: [0.485, 0.456, 0.406].map(|mean| mean * 255.0).into(),
            scale: [0.229, 0.224, 0.225].map(|deviation| 1.0 / (deviation * 255.0)).into(),
            ..plain(width, height)
        },
    },
    Preset {
        name: "inception",
        summary: "centre square of 0.875, bilinear, RGB, -1 to 1: (x - 127.5) / 127.5",
        make: inception,
    },
    Preset {
        name: "tensorflow",
        summary: "the same as inception: TensorFlow's Inception, MobileNet and the like",
        make: inception,
    },
    Preset {
        name: "efficientnet-lite",
        summary: "centre square of 0.875, bicubic, RGB, (x - 127) / 128",
        make: |width, height| ImageRecipe {
            resize: Resize::CropFraction(0.875),
            filter: Filter::Bicubic,
            mean: vec![127.0; 3],
            scale: vec![1.0 / 128.0; 3],
            ..plain(width, height)
        },
    },
    Preset {
        name: "caffe",
        summary: "short side to 256/224 of the size, centre crop, bilinear, BGR, minus 103.939, 116.779, 123.68",
        make: |width, height| ImageRecipe {
            resize: short_side(width, height),
            channels: Channels::Bgr,
            mean: vec![103.939, 116.779, 123.68],
            scale: vec![1.0; 3],
            ..plain(width, height)
        },
    },
    Preset { name: "zero-to-one", summary: "stretched to size, bilinear, RGB, x / 255", make: plain },
    Preset {
        name: "mnist",
        summary: "stretched to size, bilinear, grey, x / 255; white digits on black",
        make: |width, height| ImageRecipe {
            channels: Channels::Grey,
            mean: vec![0.0],
            scale: vec![1.0 / 255.0],
            ..plain(width, height)
        },
    },
];

/// The preset of this name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

fn inception(width: u32, height: u32) -> ImageRecipe {
    ImageRecipe {
        resize: Resize::CropFraction(0.875),
        mean: vec![127.5; 3],
        scale: vec![1.0 / 127.5; 3],
        ..plain(width, height)
    }
}

fn plain(width: u32, height: u32) -> ImageRecipe {
    ImageRecipe {
        width,
        height,
        resize: Resize::Stretch,
        filter: Filter::Bilinear,
        channels: Channels::Rgb,
        layout: Layout::ChannelsFirst,
        mean: vec![0.0; 3],
        scale: vec![1.0 / 255.0; 3],
    }
}

/// The side that torchvision scales to before it crops: 256 for 224, 342 for 299.
fn short_side(width: u32, height: u32) -> Resize {
    Resize::ShortSide((f64::from(width.max(height)) * 256.0 / 224.0).round() as u32)
}
