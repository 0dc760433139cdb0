//! The plan and its validation.

use crate::op::{Op, Operands};
use crate::tensor::{ALIGNMENT, ElementType, Place, Tensor, TensorId};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One kernel call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The source node that the step came from, for error messages and profiles.
    pub name: String,
    /// What is computed.
    pub op: Op,
    /// What is read, in the order that the operator documents.
    pub inputs: Vec<TensorId>,
    /// What is written.
    pub outputs: Vec<TensorId>,
    /// Working memory in the arena, if the operator needs any.
    pub scratch: Option<TensorId>,
}

/// An input or output as the outside world sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// The source model's name for it.
    pub name: String,
    /// The source model's shape.
    pub shape: Vec<u32>,
    /// The tensor, with the physical shape.
    pub tensor: TensorId,
    /// How the physical axes are read off the outside ones: physical axis `i` is outside axis `axes[i]`. Empty
    /// where both have the same order.
    pub axes: Vec<u8>,
    /// Where an output's extent depends on what was computed; `shape` then has the greatest that there can be.
    pub count: Option<Counted>,
}

/// An output's axis that ends where a tensor says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The axis, from outside.
    pub axis: u8,
    /// An i64 tensor whose first element is the extent.
    pub tensor: TensorId,
}

/// A compiled model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What the caller fills before the first step.
    pub inputs: Vec<Port>,
    /// What the caller reads after the last step.
    pub outputs: Vec<Port>,
    /// Every tensor that a step or a port names.
    pub tensors: Vec<Tensor>,
    /// The kernel calls, in order.
    pub steps: Vec<Step>,
    /// Bytes of arena that the tensors lie in.
    pub arena_len: u64,
    /// Bytes of constants that the tensors lie in.
    pub constants_len: u64,
}

/// Why a plan cannot be run. A plan that the compiler made never fails; one from elsewhere may.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A tensor is too large, misaligned or outside its memory.
    #[error("tensor {tensor} is {why}; the package is damaged or was made by something else")]
    Tensor {
        /// Which tensor.
        tensor: usize,
        /// What is wrong.
        why: &'static str,
    },
    /// A step or port names a tensor that does not exist.
    #[error("{place} names tensor {tensor} of {count}; the package is damaged or was made by something else")]
    UnknownTensor {
        /// The step or port.
        place: String,
        /// What it names.
        tensor: TensorId,
        /// How many there are.
        count: usize,
    },
    /// A step's operands do not fit its operator.
    #[error("step {step} ({name}): {why}; the package is damaged or was made by something else")]
    Step {
        /// Which step.
        step: usize,
        /// Its name.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// A port's outside view does not fit its tensor.
    #[error("port {name}: {why}; the package is damaged or was made by something else")]
    Port {
        /// Its name.
        name: String,
        /// What is wrong.
        why: &'static str,
    },
}

impl Plan {
    /// Checks everything that the kernels rely on: every tensor inside its memory, every operand of the right type
    /// and shape, nothing written to the constants, no output on top of an input unless the kernel allows it.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), PlanError> {
        for (index, tensor) in self.tensors.iter().enumerate() {
            self.validate_tensor(tensor).map_err(|why| PlanError::Tensor { tensor: index, why })?;
        }
        for (index, step) in self.steps.iter().enumerate() {
            self.validate_step(step)?.map_err(|why| PlanError::Step { step: index, name: step.name.clone(), why })?;
        }
        self.inputs.iter().chain(&self.outputs).try_for_each(|port| self.validate_port(port))?;
        for port in &self.inputs {
            if !matches!(self.tensors[port.tensor as usize].place, Place::Arena(_)) {
                return Err(PlanError::Port { name: port.name.clone(), why: "an input must be in the arena" });
            }
        }
        Ok(())
    }

    fn validate_tensor(&self, tensor: &Tensor) -> Result<(), &'static str> {
        let bytes = tensor.bytes().ok_or("too large to address")?;
        let (offset, len) = match tensor.place {
            Place::Arena(offset) => (offset, self.arena_len),
            Place::Constants(offset) => (offset, self.constants_len),
        };
        if offset % ALIGNMENT != 0 {
            return Err("misaligned");
        }
        match offset.checked_add(bytes) {
            Some(end) if end <= len => Ok(()),
            _ => Err("outside its memory"),
        }
    }

    fn tensor(&self, id: TensorId, place: &str) -> Result<&Tensor, PlanError> {
        self.tensors.get(id as usize).ok_or_else(|| PlanError::UnknownTensor {
            place: place.into(),
            tensor: id,
            count: self.tensors.len(),
        })
    }

    fn validate_step(&self, step: &Step) -> Result<Result<(), String>, PlanError> {
        let find = |ids: &[TensorId]| ids.iter().map(|&id| self.tensor(id, &step.name)).collect::<Result<Vec<_>, _>>();
        let inputs = find(&step.inputs)?;
        let outputs = find(&step.outputs)?;
        let scratch = step.scratch.map(|id| self.tensor(id, &step.name)).transpose()?;
        let operands = Operands { inputs: &inputs, outputs: &outputs, scratch };
        Ok(step.op.check(&operands).and_then(|()| overlap(step, &operands)))
    }

    fn validate_port(&self, port: &Port) -> Result<(), PlanError> {
        let tensor = self.tensor(port.tensor, &port.name)?;
        let bad = |why| Err(PlanError::Port { name: port.name.clone(), why });
        if let Some(count) = port.count {
            let tensor = self.tensor(count.tensor, &port.name)?;
            let fits = tensor.element_type == ElementType::I64 && tensor.elements().is_some_and(|n| n > 0);
            if !fits || usize::from(count.axis) >= port.shape.len() {
                return bad("what counts its results is not one number for one of its axes");
            }
        }
        if port.axes.is_empty() {
            let outside = port.shape.iter().try_fold(1u64, |n, &d| n.checked_mul(u64::from(d)));
            if outside.is_none() || outside != tensor.elements() {
                return bad("its shape and its tensor's differ in size");
            }
            return Ok(());
        }
        let rank = port.shape.len();
        if port.axes.len() != rank || tensor.shape.len() != rank || rank > 8 {
            return bad("its axes and its shape differ in number, or there are more than 8");
        }
        let mut seen = 0u32;
        for (&axis, &extent) in port.axes.iter().zip(&tensor.shape) {
            if usize::from(axis) >= rank || seen & (1 << axis) != 0 || port.shape[usize::from(axis)] != extent {
                return bad("its axes are not a permutation of its tensor's");
            }
            seen |= 1 << axis;
        }
        Ok(())
    }
}

/// Outputs and scratch must lie in the arena, apart from each other and from everything read.
fn overlap(step: &Step, operands: &Operands) -> Result<(), String> {
    let mut written: Vec<(u64, u64)> = Vec::new();
    for tensor in operands.outputs.iter().copied().chain(operands.scratch) {
        let Some(range) = arena_range(tensor) else { return Err("writes to the constants".into()) };
        if written.iter().any(|&other| overlapping(range, other)) {
            return Err("writes two things to one place".into());
        }
        written.push(range);
    }
    for (index, input) in operands.inputs.iter().enumerate() {
        let Some(range) = arena_range(input) else { continue };
        for (output, &other) in written.iter().enumerate() {
            let in_place = output == 0
                && range == other
                && step.outputs.first() == Some(&step.inputs[index])
                && step.op.works_in_place(index);
            if overlapping(range, other) && !in_place {
                return Err("writes over what it reads".into());
            }
        }
    }
    Ok(())
}

fn arena_range(tensor: &Tensor) -> Option<(u64, u64)> {
    match tensor.place {
        Place::Arena(offset) => Some((offset, offset + tensor.bytes().unwrap_or(u64::MAX - offset))),
        Place::Constants(_) => None,
    }
}

fn overlapping(a: (u64, u64), b: (u64, u64)) -> bool {
    a.0 < b.1 && b.0 < a.1
}

impl Plan {
    /// The element type of a port's tensor.
    pub fn element_type(&self, port: &Port) -> ElementType {
        self.tensors[port.tensor as usize].element_type
    }
}
