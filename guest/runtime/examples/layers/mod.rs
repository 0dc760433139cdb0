//! Typical layers, each as a plan of one step.

use maasm_plan::op::{Conv, Depthwise, PANEL, Unary};
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
    depthwise("EfficientNet", 1, 28, 240, 5, 1),
    depthwise("EfficientNet", 1, 14, 672, 5, 1),
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
    pub fn executor(&self) -> Executor<AlignedBytes> {
        let (window, stride, dilation) = ([self.window; 2], [self.stride; 2], [1; 2]);
        let pad_before = [self.window / 2; 2];
        let activation = Some(Unary::Clamp { low: 0.0, high: 6.0 });
        let conv = Conv { window, stride, dilation, pad_before, groups: 1, bias: true, residual: false, activation };
        let image = |size: u32, channels: u32| vec![1, size, size, channels];
        let (weights, op) = if self.depthwise {
            let op = Op::Depthwise(Depthwise { window, stride, dilation, pad_before, activation });
            (vec![self.window, self.window, self.channels], op)
        } else {
            let panels = self.out_channels.div_ceil(PANEL);
            (vec![1, panels, self.window.pow(2) * self.channels, PANEL], Op::Conv(conv.clone()))
        };
        let mut plan =
            Plan { inputs: vec![], outputs: vec![], tensors: vec![], steps: vec![], arena_len: 0, constants_len: 0 };
        let place = |shape: Vec<u32>, end: &mut u64, place: fn(u64) -> Place| {
            let tensor = Tensor { element_type: ElementType::F32, shape, place: place(*end) };
            *end += tensor.bytes().unwrap().next_multiple_of(maasm_plan::ALIGNMENT);
            tensor
        };
        let arena = |shape, plan: &mut Plan| {
            let tensor = place(shape, &mut plan.arena_len, Place::Arena);
            plan.tensors.push(tensor);
        };
        let constant = |shape, plan: &mut Plan| {
            let tensor = place(shape, &mut plan.constants_len, Place::Constants);
            plan.tensors.push(tensor);
        };
        arena(image(self.size, self.channels), &mut plan);
        constant(weights, &mut plan);
        constant(vec![self.out_channels], &mut plan);
        arena(image(self.out_size(), self.out_channels), &mut plan);
        let padded = conv.padded([self.size; 2], [self.out_size(); 2]).filter(|_| !self.depthwise);
        if let Some([height, width]) = padded {
            arena(vec![height, width, self.channels], &mut plan);
        }
        let scratch = padded.map(|_| 4);
        plan.steps = vec![Step { name: String::new(), op, inputs: vec![0, 1, 2], outputs: vec![3], scratch }];
        let filled = |len: u64| {
            let mut bytes = AlignedBytes::zeroed(len as usize);
            for (i, value) in bytemuck::cast_slice_mut::<u8, f32>(bytes.as_mut()).iter_mut().enumerate() {
                *value = (i as u32).wrapping_mul(0x9e37_79b9) as i32 as f32 / 2f32.powi(33);
            }
            bytes
        };
        let (constants, arena) = (filled(plan.constants_len), filled(plan.arena_len));
        Executor::new(plan, constants, arena).expect("the plan is valid")
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
