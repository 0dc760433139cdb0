//! What models take and give, as `wit/model.wit` has it. Hosts and guests have types of their own for it, which their
//! bindings generate; they are changed into these where a front begins.

use std::fmt::{Display, Formatter};
use std::time::Duration;

/// The type of a tensor's elements. Multi-byte elements are little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "a type's name says it all")]
pub enum ElementType {
    F32,
    F16,
    F64,
    I8,
    U8,
    I32,
    I64,
    /// A byte that is 0 or 1.
    Boolean,
    I16,
    U16,
    U32,
    U64,
}

/// A tensor with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// The name that the source model gives it.
    pub name: String,
    /// The type of its elements.
    pub element_type: ElementType,
    /// The extent of each axis, outermost first; empty for a scalar.
    pub shape: Vec<u32>,
    /// The elements, row-major and little-endian, without padding.
    pub data: Vec<u8>,
}

/// What a tensor must look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// The name that the source model gives it.
    pub name: String,
    /// The type of its elements.
    pub element_type: ElementType,
    /// The extent of each axis, outermost first.
    pub shape: Vec<u32>,
}

/// Who a model is and what it takes and gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The model's name.
    pub name: String,
    /// The model's semantic version.
    pub version: String,
    /// What it is, in a sentence; may be empty.
    pub description: String,
    /// The licence of its weights as an SPDX expression; empty if unknown.
    pub license: String,
    /// Where it came from; empty if unknown.
    pub source: String,
    /// `sha256:` and the digest of what it was compiled from.
    pub source_digest: String,
    /// How many parameters it has.
    pub parameters: u64,
    /// Multiply-accumulate operations of one inference.
    pub multiply_accumulates: u64,
    /// The tensors that `infer` takes.
    pub inputs: Vec<TensorInfo>,
    /// The tensors that `infer` gives.
    pub outputs: Vec<TensorInfo>,
    /// The media types whose bytes `recognize` and `infer-media` take; empty if the model has no recipe for bytes.
    pub accepts: Vec<String>,
    /// The classes' names in index order; may be empty.
    pub labels: Vec<String>,
}

/// One ranked answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Classification {
    /// The class's name; its index in decimal digits where the model has no names.
    pub label: String,
    /// The class's index.
    pub index: u32,
    /// Its probability, 0 to 1.
    pub score: f32,
}

/// What bytes turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaInfo {
    /// Its media type, found by looking at the bytes.
    pub media_type: String,
    /// Width in pixels after orientation, for a picture.
    pub width: u32,
    /// Height in pixels after orientation, for a picture.
    pub height: u32,
}

/// What a model recognised.
#[derive(Clone, Debug, PartialEq)]
pub struct Recognition {
    /// The likeliest classes, likeliest first.
    pub classifications: Vec<Classification>,
    /// What the bytes turned out to be.
    pub media: MediaInfo,
    /// How long each part took.
    pub timings: Timings,
}

/// How long each part of a recognition took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Setting up the fresh instance; zero in a session.
    pub instance: Duration,
    /// Decoding the bytes.
    pub decode: Duration,
    /// Making the input tensor.
    pub preprocess: Duration,
    /// Running the model.
    pub inference: Duration,
    /// Ranking the classes.
    pub rank: Duration,
    /// All of it, and giving the instance back.
    pub total: Duration,
}

/// A bound that was passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is limited, with its unit.
    pub what: String,
    /// What was asked for.
    pub value: u64,
    /// The most that is allowed.
    pub maximum: u64,
}

/// Something named that is not right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The name of the argument or tensor.
    pub name: String,
    /// What is wrong with it and what would be right.
    pub reason: String,
}

/// Why a model refused a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelError {
    /// There were no bytes.
    EmptyInput,
    /// The bytes are none of the accepted media types; says what they look like.
    UnsupportedMedia(String),
    /// The bytes begin as an accepted media type but cannot be decoded; says why.
    MalformedMedia(String),
    /// Decoding the bytes would take more than is allowed.
    TooLarge(Limit),
    /// An argument is out of range.
    InvalidArgument(Complaint),
    /// A tensor is missing, unknown, repeated, or of the wrong type, shape or length.
    InvalidTensor(Complaint),
    /// The model cannot do this; says what it lacks.
    UnsupportedOperation(String),
}

impl Display for ModelError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::EmptyInput => formatter.write_str("there is no input: send the bytes of a picture"),
            Self::UnsupportedMedia(why) => write!(formatter, "the input is of no supported type: {why}"),
            Self::MalformedMedia(why) => write!(formatter, "the input cannot be decoded: {why}"),
            Self::TooLarge(Limit { what, value, maximum }) => {
                write!(formatter, "{what} is {value}, at most {maximum} is allowed")
            }
            Self::InvalidArgument(Complaint { name, reason }) => write!(formatter, "{name} {reason}"),
            Self::InvalidTensor(Complaint { name, reason }) => write!(formatter, "tensor {name}: {reason}"),
            Self::UnsupportedOperation(why) => formatter.write_str(why),
        }
    }
}

impl std::error::Error for ModelError {}
