//! An ONNX graph becomes a plan and packed weights.
//!
//! # Layout
//! - `front`: tract parses the graph, fixes shapes and folds constants (`activation` and `prelu` keep activations whole,
//!   `guard` keeps tract off tensors with too few axes or too many elements, `contain` turns panics into errors)
//! - `names`: every node has its own; `outputs`: those that nothing computes; `elements`: element types that nothing computes with; `notes`: what a user should know
//! - `allowance`: how much may be computed beforehand
//! - `types`: which element types kernels compute with
//! - `lower/`: each core operator becomes steps of a `draft`; one operator is one file
//! - `native/`: operators that the front end does not know are kept whole; one operator family is one file
//! - `constants`: what reads only constants is computed now
//! - `fuse`: what follows a `kernel` becomes part of it
//! - `linear/`: convolutions of bytes where the model arrived quantised
//! - `quantize/`: convolutions of bytes in place of those of f32
//! - `shapes`: what shape every value has, for whom the plan is not enough
//! - `emit`: the draft becomes a plan; `pack` orders weights, `arena` places activations
//! - `store`: weights take less room

mod activation;
mod allowance;
mod arena;
mod constants;
mod contain;
mod draft;
mod elements;
mod emit;
mod front;
mod fuse;
mod guard;
mod kernel;
mod linear;
mod lower;
mod names;
mod native;
mod notes;
mod outputs;
mod pack;
mod prelu;
pub mod quantize;
mod shapes;
mod store;
mod types;

pub use notes::Note;
pub use shapes::{Shapes, shapes};

use allowance::Allowance;
use maasm_component::WeightFormat;
use maasm_graph::index::{Network, Parameters};
use maasm_plan::{Op, Plan};
use tract_onnx::pb::ModelProto;

/// What the user may decide about a compilation.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Shapes of inputs by name, where the model leaves axes open; an open first axis is 1 by default.
    pub shapes: Vec<(String, Vec<usize>)>,
    /// What samples have shown of the same model, compiled without this ([`quantize::calibrate`]): convolutions and dense
    /// layers then compute with bytes.
    pub calibration: Option<quantize::Calibration>,
    /// In which form dense weights are kept; as the kernels read them if absent.
    pub weights: Option<WeightFormat>,
}

/// A compiled model: what the packager puts into a component.
pub struct Compiled {
    /// What the runtime executes.
    pub plan: Plan,
    /// The packed weights that the plan's constants lie in.
    pub constants: Vec<u8>,
    /// Parameters of the model.
    pub parameters: u64,
    /// Multiply-accumulate operations of one inference.
    pub multiply_accumulates: u64,
    /// What the user should know.
    pub notes: Vec<Note>,
}

/// How the convolutions and dense layers of a model compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    /// With bytes.
    pub int8: usize,
    /// With f32.
    pub float: usize,
}

impl Compiled {
    /// How many convolutions and dense layers compute with what.
    pub fn layers(&self) -> Layers {
        let count = |counts: fn(&Op) -> bool| self.plan.steps.iter().filter(|step| counts(&step.op)).count();
        Layers {
            int8: count(|op| matches!(op, Op::QuantizedConv(_) | Op::QLinearConv(_))),
            float: count(|op| matches!(op, Op::Conv(_) | Op::Depthwise(_))),
        }
    }
}

/// Something in the model that has no lowering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// The node's name.
    pub node: String,
    /// The operator.
    pub operator: String,
    /// What about it is not supported.
    pub reason: String,
}

/// Why a model does not compile.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Parts of the model have no lowering; all of them.
    #[error("{} operators cannot be compiled: {}", .0.len(), list(.0))]
    Unsupported(Vec<Unsupported>),
    /// The model is invalid or leaves something open.
    #[error("{0}")]
    Invalid(String),
}

fn list(unsupported: &[Unsupported]) -> String {
    let told = |one: &Unsupported| format!("{} ({}): {}", shown(&one.operator), shown(&one.node), one.reason);
    unsupported.iter().map(told).collect::<Vec<_>>().join("; ")
}

/// A name that a model gives, on one line.
fn shown(name: &str) -> String {
    name.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

/// Compiles a model.
///
/// # Errors
/// If the model is invalid or holds what has no lowering.
pub fn compile(model: &ModelProto, options: &Options) -> Result<Compiled, Error> {
    compile_within(model, options, allowance::FREE)
}

/// Compiles a model that may have so many bytes of constants computed beyond those that it brings with it, whatever
/// memory that takes.
///
/// # Errors
/// As [`compile`].
pub fn compile_within(model: &ModelProto, options: &Options, computed: u64) -> Result<Compiled, Error> {
    contain::contain(|| compile_uncontained(model, options, computed))
        .unwrap_or_else(|panic| Err(Error::Invalid(format!("the model is invalid: {panic}"))))
}

fn compile_uncontained(model: &ModelProto, options: &Options, computed: u64) -> Result<Compiled, Error> {
    let allowance = Allowance::of(model, computed);
    let (typed, mut notes, aliases) = front::typed(model, options, &allowance)?;
    let parameters = model.graph.as_ref().map_or(0, |graph| Parameters::count(&Network::new(graph)).learnt);
    let mut lowered = lower::lower(&typed, allowance)?;
    drop(typed);
    for (name, _) in &mut lowered.outputs {
        if let Some(own) = aliases.get(name) {
            name.clone_from(own);
        }
    }
    notes.extend(Note::narrowed(model, &lowered.narrowed));
    let multiply_accumulates = lowered.draft.multiply_accumulates();
    let arrived = linear::rewrite(&mut lowered);
    if let Some(calibration) = &options.calibration
        && quantize::rewrite(&mut lowered, calibration) + arrived == 0
    {
        return Err(Error::Invalid("the model has no convolution or dense layer that can be quantised".into()));
    }
    let (mut plan, mut constants) = emit::emit(lowered)?;
    if let Some(format) = options.weights {
        (plan, constants) = store::store(plan, &constants, format);
    }
    Ok(Compiled { plan, constants, parameters, multiply_accumulates, notes })
}
