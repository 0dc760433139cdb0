//! Typical layers, each as a plan of one step.

mod bytes;
mod floats;

use maasm_plan::{ElementType, Op, Place, Plan, Step, Tensor};
use maasm_runtime::{AlignedBytes, Executor};

/// A convolution as networks have it: square, padded to keep its size, followed by ReLU6.
pub struct Layer {
    /// Which network it is from and how often it has it.
    pub network: &'static str,
    pub count: u32,
    pub size: u32,
    pub channels: u32,
    pub out_channels: u32,
    pub window: u32,
    pub stride: u32,
    pub depthwise: bool,
}

const fn dense(network: &'static str, count: u32, size: u32, shape: [u32; 2], window: u32, stride: u32) -> Layer {
    Layer { network, count, size, channels: shape[0], out_channels: shape[1], window, stride, depthwise: false }
}

const fn depthwise(network: &'static str, count: u32, size: u32, channels: u32, window: u32, stride: u32) -> Layer {
    Layer { network, count, size, channels, out_channels: channels, window, stride, depthwise: true }
}

const RESNET: &str = "ResNet-50";
const MOBILE: &str = "MobileNetV2";
const LITE: &str = "EffNet-Lite0";
const VGG: &str = "VGG-19";

/// Input size, channels in and out, window, stride.
pub const LAYERS: &[Layer] = &[
    dense(RESNET, 1, 224, [3, 64], 7, 2),
    dense(RESNET, 1, 56, [64, 64], 1, 1),
    dense(RESNET, 3, 56, [64, 64], 3, 1),
    dense(RESNET, 4, 56, [64, 256], 1, 1),
    dense(RESNET, 2, 56, [256, 64], 1, 1),
    dense(RESNET, 1, 56, [256, 128], 1, 1),
    dense(RESNET, 1, 56, [128, 128], 3, 2),
    dense(RESNET, 1, 56, [256, 512], 1, 2),
    dense(RESNET, 3, 28, [128, 128], 3, 1),
    dense(RESNET, 4, 28, [128, 512], 1, 1),
    dense(RESNET, 3, 28, [512, 128], 1, 1),
    dense(RESNET, 1, 28, [512, 256], 1, 1),
    dense(RESNET, 1, 28, [256, 256], 3, 2),
    dense(RESNET, 1, 28, [512, 1024], 1, 2),
    dense(RESNET, 5, 14, [256, 256], 3, 1),
    dense(RESNET, 6, 14, [256, 1024], 1, 1),
    dense(RESNET, 5, 14, [1024, 256], 1, 1),
    dense(RESNET, 1, 14, [1024, 512], 1, 1),
    dense(RESNET, 1, 14, [512, 512], 3, 2),
    dense(RESNET, 1, 14, [1024, 2048], 1, 2),
    dense(RESNET, 2, 7, [512, 512], 3, 1),
    dense(RESNET, 3, 7, [512, 2048], 1, 1),
    dense(RESNET, 2, 7, [2048, 512], 1, 1),
    dense(RESNET, 1, 1, [2048, 1000], 1, 1),
    dense(MOBILE, 1, 224, [3, 32], 3, 2),
    dense(MOBILE, 1, 112, [32, 16], 1, 1),
    dense(MOBILE, 1, 112, [16, 96], 1, 1),
    dense(MOBILE, 1, 56, [96, 24], 1, 1),
    dense(MOBILE, 2, 56, [24, 144], 1, 1),
    dense(MOBILE, 1, 56, [144, 24], 1, 1),
    dense(MOBILE, 1, 28, [144, 32], 1, 1),
    dense(MOBILE, 3, 28, [32, 192], 1, 1),
    dense(MOBILE, 2, 28, [192, 32], 1, 1),
    dense(MOBILE, 1, 14, [192, 64], 1, 1),
    dense(MOBILE, 4, 14, [64, 384], 1, 1),
    dense(MOBILE, 3, 14, [384, 64], 1, 1),
    dense(MOBILE, 1, 14, [384, 96], 1, 1),
    dense(MOBILE, 3, 14, [96, 576], 1, 1),
    dense(MOBILE, 2, 14, [576, 96], 1, 1),
    dense(MOBILE, 1, 7, [576, 160], 1, 1),
    dense(MOBILE, 3, 7, [160, 960], 1, 1),
    dense(MOBILE, 2, 7, [960, 160], 1, 1),
    dense(MOBILE, 1, 7, [960, 320], 1, 1),
    dense(MOBILE, 1, 7, [320, 1280], 1, 1),
    dense(MOBILE, 1, 1, [1280, 1000], 1, 1),
    depthwise(MOBILE, 1, 112, 32, 3, 1),
    depthwise(MOBILE, 1, 112, 96, 3, 2),
    depthwise(MOBILE, 1, 56, 144, 3, 1),
    depthwise(MOBILE, 1, 56, 144, 3, 2),
    depthwise(MOBILE, 2, 28, 192, 3, 1),
    depthwise(MOBILE, 1, 28, 192, 3, 2),
    depthwise(MOBILE, 4, 14, 384, 3, 1),
    depthwise(MOBILE, 2, 14, 576, 3, 1),
    depthwise(MOBILE, 1, 14, 576, 3, 2),
    depthwise(MOBILE, 3, 7, 960, 3, 1),
    dense(LITE, 1, 224, [3, 32], 3, 2),
    dense(LITE, 1, 112, [32, 16], 1, 1),
    dense(LITE, 1, 112, [16, 96], 1, 1),
    dense(LITE, 1, 56, [96, 24], 1, 1),
    dense(LITE, 2, 56, [24, 144], 1, 1),
    dense(LITE, 1, 56, [144, 24], 1, 1),
    dense(LITE, 1, 28, [144, 40], 1, 1),
    dense(LITE, 2, 28, [40, 240], 1, 1),
    dense(LITE, 1, 28, [240, 40], 1, 1),
    dense(LITE, 1, 14, [240, 80], 1, 1),
    dense(LITE, 3, 14, [80, 480], 1, 1),
    dense(LITE, 2, 14, [480, 80], 1, 1),
    dense(LITE, 1, 14, [480, 112], 1, 1),
    dense(LITE, 3, 14, [112, 672], 1, 1),
    dense(LITE, 2, 14, [672, 112], 1, 1),
    dense(LITE, 1, 7, [672, 192], 1, 1),
    dense(LITE, 4, 7, [192, 1152], 1, 1),
    dense(LITE, 3, 7, [1152, 192], 1, 1),
    dense(LITE, 1, 7, [1152, 320], 1, 1),
    dense(LITE, 1, 7, [320, 1280], 1, 1),
    dense(LITE, 1, 1, [1280, 1000], 1, 1),
    depthwise(LITE, 1, 112, 32, 3, 1),
    depthwise(LITE, 1, 112, 96, 3, 2),
    depthwise(LITE, 1, 56, 144, 3, 1),
    depthwise(LITE, 1, 56, 144, 5, 2),
    depthwise(LITE, 1, 28, 240, 5, 1),
    depthwise(LITE, 1, 28, 240, 3, 2),
    depthwise(LITE, 2, 14, 480, 3, 1),
    depthwise(LITE, 1, 14, 480, 5, 1),
    depthwise(LITE, 2, 14, 672, 5, 1),
    depthwise(LITE, 1, 14, 672, 5, 2),
    depthwise(LITE, 3, 7, 1152, 5, 1),
    depthwise(LITE, 1, 7, 1152, 3, 1),
    dense(VGG, 1, 224, [3, 64], 3, 1),
    dense(VGG, 1, 224, [64, 64], 3, 1),
    dense(VGG, 3, 56, [256, 256], 3, 1),
    dense(VGG, 4, 14, [512, 512], 3, 1),
    dense(VGG, 1, 1, [25088, 4096], 1, 1),
];

impl Layer {
    fn out_size(&self) -> u32 {
        self.size.div_ceil(self.stride)
    }

    /// Multiply-accumulate operations.
    pub fn macs(&self) -> f64 {
        let cells = self.out_size().pow(2) * self.window.pow(2);
        let channels = if self.depthwise { 1 } else { self.channels };
        f64::from(cells) * f64::from(channels) * f64::from(self.out_channels)
    }

    /// The plan, ready to run, its memory filled with small numbers.
    pub fn executor(&self, numbers: Numbers) -> Executor<AlignedBytes> {
        let of = match numbers {
            Numbers::Floats => floats::drawn(self),
            Numbers::Bytes => bytes::drawn(self),
        };
        let mut plan =
            Plan { inputs: vec![], outputs: vec![], tensors: vec![], steps: vec![], arena_len: 0, constants_len: 0 };
        let place = |(element_type, shape): (ElementType, Vec<u32>), end: &mut u64, place: fn(u64) -> Place| {
            let tensor = Tensor { element_type, shape, place: place(*end) };
            *end += tensor.bytes().unwrap().next_multiple_of(maasm_plan::ALIGNMENT);
            tensor
        };
        let count = of.constants.len() as u32;
        plan.tensors.push(place(of.input, &mut plan.arena_len, Place::Arena));
        for constant in of.constants {
            plan.tensors.push(place(constant, &mut plan.constants_len, Place::Constants));
        }
        plan.tensors.push(place(of.output, &mut plan.arena_len, Place::Arena));
        let scratch = of.scratch.map(|scratch| {
            plan.tensors.push(place(scratch, &mut plan.arena_len, Place::Arena));
            count + 2
        });
        let (inputs, outputs) = ((0..=count).collect(), vec![count + 1]);
        plan.steps = vec![Step { name: String::new(), op: of.op, inputs, outputs, scratch }];
        let mut constants = AlignedBytes::zeroed(plan.constants_len as usize);
        let mut arena = AlignedBytes::zeroed(plan.arena_len as usize);
        for tensor in &plan.tensors {
            let (memory, at) = match tensor.place {
                Place::Constants(at) => (&mut constants, at as usize),
                Place::Arena(at) => (&mut arena, at as usize),
            };
            fill(tensor.element_type, &mut memory.as_mut()[at..at + tensor.bytes().unwrap() as usize]);
        }
        Executor::new(plan, constants, arena).expect("the plan is valid")
    }

    /// One image of so many pixels squared.
    fn image(size: u32, channels: u32) -> Vec<u32> {
        vec![1, size, size, channels]
    }
}

/// What a layer computes with.
#[derive(Clone, Copy)]
pub enum Numbers {
    Floats,
    Bytes,
}

/// A step and its tensors, each by its type and shape.
struct Drawn {
    op: Op,
    input: (ElementType, Vec<u32>),
    constants: Vec<(ElementType, Vec<u32>)>,
    output: (ElementType, Vec<u32>),
    scratch: Option<(ElementType, Vec<u32>)>,
}

/// Floats between −1/4 and 1/4, bytes that have seven bits where they must, small whole numbers.
fn fill(element_type: ElementType, bytes: &mut [u8]) {
    let numbers = (0u32..).map(|i| i.wrapping_mul(0x9e37_79b9) as i32);
    match element_type {
        ElementType::F32 => {
            let floats = bytemuck::cast_slice_mut::<u8, f32>(bytes).iter_mut();
            floats.zip(numbers).for_each(|(float, number)| *float = number as f32 / 2f32.powi(33));
        }
        ElementType::U8 => {
            bytes.iter_mut().zip(numbers).for_each(|(byte, number)| *byte = (number >> 24 & 127) as u8);
        }
        ElementType::I8 => bytes.iter_mut().zip(numbers).for_each(|(byte, number)| *byte = (number >> 25) as i8 as u8),
        _ => {}
    }
}

impl std::fmt::Display for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { network, count, size, channels, out_channels, window, stride, depthwise } = self;
        let kind = if *depthwise { "depthwise" } else { "dense" };
        write!(
            f,
            "{network:12} {count}x {kind:9} {window}x{window}/{stride} {size:3}² {channels:5} -> {out_channels:4}"
        )
    }
}
