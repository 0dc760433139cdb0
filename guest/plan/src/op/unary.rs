//! Element-wise functions of one tensor; also what a convolution may apply before it writes.

use super::{Operands, need};
use crate::ElementType;
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A function applied to every element, of f32 unless said otherwise. Names and definitions are ONNX's. `Neg`, `Abs` and
/// `Sign` are for integers, too.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Unary {
    /// `min(max(x, low), high)`: Clip, and with `0, ∞` ReLU, with `0, 6` ReLU6.
    Clamp {
        /// The smallest value that comes out.
        low: f32,
        /// The largest value that comes out.
        high: f32,
    },
    /// `x` where positive, else `alpha · x`.
    LeakyRelu {
        /// The slope below zero.
        alpha: f32,
    },
    /// `x` where positive, else `alpha · (eˣ − 1)`.
    Elu {
        /// The limit below zero, negated.
        alpha: f32,
    },
    /// `gamma · (x where positive, else alpha · (eˣ − 1))`.
    Selu {
        /// The limit below zero, negated, before scaling.
        alpha: f32,
        /// The scale.
        gamma: f32,
    },
    /// `min(max(alpha · x + beta, 0), 1)`.
    HardSigmoid {
        /// The slope.
        alpha: f32,
        /// The value at zero.
        beta: f32,
    },
    /// `x · min(max(x / 6 + 1/2, 0), 1)`.
    HardSwish,
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid,
    /// `x · sigmoid(x)`, also called Swish.
    Silu,
    /// Hyperbolic tangent.
    Tanh,
    /// `ln(1 + eˣ)`.
    Softplus,
    /// `x · tanh(softplus(x))`.
    Mish,
    /// The Gauss error function.
    Erf,
    /// `x · (1 + erf(x / √2)) / 2`.
    Gelu,
    /// Gelu by its tanh approximation.
    GeluTanh,
    /// `eˣ`.
    Exp,
    /// Natural logarithm.
    Log,
    /// Square root.
    Sqrt,
    /// `1 / √x`.
    Rsqrt,
    /// `1 / x`.
    Reciprocal,
    /// `x²`.
    Square,
    /// `−x`.
    Neg,
    /// `|x|`.
    Abs,
    /// The largest integer not above `x`.
    Floor,
    /// The smallest integer not below `x`.
    Ceil,
    /// The nearest integer, halves to the even one.
    Round,
    /// −1, 0 or 1 by the sign of `x`.
    Sign,
    /// Sine.
    Sin,
    /// Cosine.
    Cos,
    /// Tangent.
    Tan,
    /// Inverse sine.
    Asin,
    /// Inverse cosine.
    Acos,
    /// Inverse tangent.
    Atan,
    /// Hyperbolic sine.
    Sinh,
    /// Hyperbolic cosine.
    Cosh,
    /// Inverse hyperbolic sine.
    Asinh,
    /// Inverse hyperbolic cosine.
    Acosh,
    /// Inverse hyperbolic tangent.
    Atanh,
    /// `x / (1 + |x|)`.
    Softsign,
    /// `x` where above `alpha`, else 0.
    ThresholdedRelu {
        /// The threshold.
        alpha: f32,
    },
    /// `x + bias` below `−lambd`, `x − bias` above `lambd`, else 0.
    Shrink {
        /// How far from zero is kept.
        lambd: f32,
        /// How much nearer to zero what is kept comes.
        bias: f32,
    },
    /// Every bit the other way round; of a truth value its contrary. For integers and truth values only.
    Not,
}

impl Unary {
    /// ReLU, as the clamp that it is.
    pub const RELU: Self = Self::Clamp { low: 0.0, high: f32::INFINITY };
}

impl Unary {
    pub(super) fn check(self, operands: &Operands) -> Result<(), String> {
        let ([x], y) = operands.io()?;
        let element_type = x.element_type;
        need(element_type == y.element_type, || format!("makes {:?} of {element_type:?}", y.element_type))?;
        let defined = match self {
            Self::Not => element_type.is_integer() || element_type == ElementType::Bool,
            Self::Neg | Self::Abs | Self::Sign => element_type.is_integer() || element_type == ElementType::F32,
            _ => element_type == ElementType::F32,
        };
        need(defined, || format!("{self:?} is not defined for {element_type:?}"))?;
        need(x.elements() == y.elements(), || format!("input {:?} and output {:?} differ in size", x.shape, y.shape))
    }
}
