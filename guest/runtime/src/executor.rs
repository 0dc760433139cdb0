//! Runs a plan's steps in order.

use crate::kernels::{self, Call, Fault, Operand};
use crate::memory::Views;
use crate::simd::Level;
use crate::{AlignedBytes, kernels::copy};
use maasm_plan::{ALIGNMENT, ElementType, Place, Plan, PlanError, Port, Step, Tensor};
use std::ops::Range;

/// Why a plan and its memory do not go together.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The plan is invalid.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The constants or the arena are shorter than the plan says, or misaligned.
    #[error("the {memory} should be {wanted} bytes, aligned to 64, and are {found}")]
    Memory {
        /// Which memory.
        memory: &'static str,
        /// What the plan says.
        wanted: u64,
        /// What there is.
        found: u64,
    },
}

/// Why bytes cannot be an input.
#[derive(Debug, thiserror::Error)]
pub enum TensorError {
    /// The wrong number of bytes.
    #[error("needs {wanted} bytes, has {found}")]
    Length {
        /// Bytes of the tensor.
        wanted: usize,
        /// Bytes given.
        found: usize,
    },
}

/// Why a valid plan cannot be run on some inputs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{step}: {fault}")]
pub struct RunError {
    /// The source node that the step came from.
    pub step: String,
    /// What is wrong.
    pub fault: Fault,
}

/// A plan with its memory, ready to run any number of times. `C` is what holds the constants, so that several
/// executors can share them.
pub struct Executor<C> {
    plan: Plan,
    constants: C,
    arena: AlignedBytes,
    level: Level,
    workspace: Box<[f32]>,
}

impl<C: AsRef<[u8]>> Executor<C> {
    /// Validates the plan and its memory.
    ///
    /// # Errors
    /// If the plan is invalid, or the memories are shorter than it says or misaligned.
    pub fn new(plan: Plan, constants: C, arena: AlignedBytes) -> Result<Self, SetupError> {
        plan.validate()?;
        let fits = |memory: &'static str, bytes: &[u8], wanted: u64| {
            let found = bytes.len() as u64;
            let aligned = wanted == 0 || (bytes.as_ptr() as usize as u64).is_multiple_of(ALIGNMENT);
            if found >= wanted && aligned { Ok(()) } else { Err(SetupError::Memory { memory, wanted, found }) }
        };
        fits("constants", constants.as_ref(), plan.constants_len)?;
        fits("arena", arena.as_ref(), plan.arena_len)?;
        Ok(Self { plan, constants, arena, level: Level::best(), workspace: vec![0.0; kernels::WORKSPACE].into() })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Sets input `index` from elements in the outside order ([`maasm_plan::Port`]), little-endian.
    ///
    /// # Errors
    /// If the number of bytes is not the tensor's.
    ///
    /// # Panics
    /// If there is no such input.
    pub fn set_input(&mut self, index: usize, bytes: &[u8]) -> Result<(), TensorError> {
        let port = &self.plan.inputs[index];
        let tensor = &self.plan.tensors[port.tensor as usize];
        let physical = &mut self.arena.as_mut()[range(tensor)];
        if bytes.len() != physical.len() {
            return Err(TensorError::Length { wanted: physical.len(), found: bytes.len() });
        }
        copy::run(tensor.element_type.size(), &inward(port, tensor), bytes, physical);
        Ok(())
    }

    /// Input `index` in the physical order, to be written in place.
    ///
    /// # Panics
    /// If there is no such input or it is not f32.
    pub fn input_mut(&mut self, index: usize) -> &mut [f32] {
        let tensor = &self.plan.tensors[self.plan.inputs[index].tensor as usize];
        assert_eq!(tensor.element_type, ElementType::F32, "input {index} is not f32");
        bytemuck::cast_slice_mut(&mut self.arena.as_mut()[range(tensor)])
    }

    /// Runs every step, without allocating.
    ///
    /// # Errors
    /// If the inputs make no sense to the model: an index among them, or computed from them, is out of range.
    pub fn run(&mut self) -> Result<(), RunError> {
        self.run_observed(|_, _| {})
    }

    /// Runs every step for which `go_on` holds beforehand, and tells whether that was all of them. After the first one for
    /// which it does not, the outputs mean nothing.
    ///
    /// # Errors
    /// As [`Executor::run`].
    pub fn run_while(&mut self, mut go_on: impl FnMut() -> bool) -> Result<bool, RunError> {
        for step in &self.plan.steps {
            if !go_on() {
                return Ok(false);
            }
            run_step(self.level, &self.plan, step, self.constants.as_ref(), self.arena.as_mut(), &mut self.workspace)
                .map_err(|fault| RunError { step: step.name.clone(), fault })?;
        }
        Ok(true)
    }

    /// Forgets everything that was computed.
    pub fn clear(&mut self) {
        self.arena.as_mut().fill(0);
        self.workspace.fill(0.0);
    }

    /// Runs every step and calls `observe` after each one with its index: the time from one call to the next is
    /// what the step took.
    ///
    /// # Errors
    /// As [`Executor::run`].
    pub fn run_observed(&mut self, mut observe: impl FnMut(usize, &Step)) -> Result<(), RunError> {
        self.run_each(|index, step, _, _| observe(index, step))
    }

    /// Runs every step and calls `see` after each one that writes f32 numbers, with its index and what it wrote.
    ///
    /// # Errors
    /// As [`Executor::run`].
    pub fn run_watched(&mut self, mut see: impl FnMut(usize, &[f32])) -> Result<(), RunError> {
        self.run_each(|index, step, plan, arena| {
            let output = &plan.tensors[step.outputs[0] as usize];
            if output.element_type == ElementType::F32 {
                see(index, bytemuck::cast_slice(&arena[range(output)]));
            }
        })
    }

    /// Runs every step and tells it, and what the arena then holds.
    fn run_each(&mut self, mut tell: impl FnMut(usize, &Step, &Plan, &[u8])) -> Result<(), RunError> {
        for (index, step) in self.plan.steps.iter().enumerate() {
            run_step(self.level, &self.plan, step, self.constants.as_ref(), self.arena.as_mut(), &mut self.workspace)
                .map_err(|fault| RunError { step: step.name.clone(), fault })?;
            tell(index, step, &self.plan, self.arena.as_ref());
        }
        Ok(())
    }

    /// Output `index` in the outside order, little-endian, as many elements as [`Executor::output_shape`] has.
    ///
    /// # Panics
    /// If there is no such output.
    pub fn output(&self, index: usize) -> Vec<u8> {
        let port = &self.plan.outputs[index];
        let tensor = &self.plan.tensors[port.tensor as usize];
        let physical = self.bytes(tensor);
        let mut bytes = vec![0; physical.len()];
        copy::run(tensor.element_type.size(), &inward(port, tensor).reversed(), physical, &mut bytes);
        if let Some(count) = port.count {
            // Of each run along the counted axis, the first part stays.
            let axis = usize::from(count.axis);
            let within: u64 = port.shape[axis + 1..].iter().map(|&extent| u64::from(extent)).product();
            let block = (within * tensor.element_type.size()) as usize;
            let (whole, used) = (port.shape[axis] as usize * block, self.output_shape(index)[axis] as usize * block);
            if whole > 0 {
                bytes = bytes.chunks_exact(whole).flat_map(|run| &run[..used]).copied().collect();
            }
        }
        bytes
    }

    /// The shape of output `index` as the outside world sees it. Of an output whose extent depends on what was
    /// computed, it is known once the plan has run.
    ///
    /// # Panics
    /// If there is no such output.
    pub fn output_shape(&self, index: usize) -> Vec<u32> {
        let port = &self.plan.outputs[index];
        let mut shape = port.shape.clone();
        if let Some(count) = port.count {
            let counted = bytemuck::cast_slice::<u8, i64>(self.bytes(&self.plan.tensors[count.tensor as usize]))[0];
            let extent = &mut shape[usize::from(count.axis)];
            *extent = u32::try_from(counted.max(0)).map_or(*extent, |counted| counted.min(*extent));
        }
        shape
    }

    /// Output `index` in the physical order, which for up to two axes, and wherever height and width are 1, is the
    /// outside order.
    ///
    /// # Panics
    /// If there is no such output or it is not f32.
    pub fn output_f32(&self, index: usize) -> &[f32] {
        let tensor = &self.plan.tensors[self.plan.outputs[index].tensor as usize];
        assert_eq!(tensor.element_type, ElementType::F32, "output {index} is not f32");
        bytemuck::cast_slice(self.bytes(tensor))
    }

    fn bytes(&self, tensor: &Tensor) -> &[u8] {
        match tensor.place {
            Place::Arena(_) => &self.arena.as_ref()[range(tensor)],
            Place::Constants(_) => &self.constants.as_ref()[range(tensor)],
        }
    }
}

/// Where a validated tensor's bytes are within its memory.
fn range(tensor: &Tensor) -> Range<usize> {
    let (Place::Arena(offset) | Place::Constants(offset)) = tensor.place;
    let bytes = tensor.bytes().expect("validation has computed it");
    offset as usize..(offset + bytes) as usize
}

/// How a port's elements in the outside order are visited in the order of its tensor.
fn inward(port: &Port, tensor: &Tensor) -> copy::Walk {
    let elements = tensor.elements().expect("validation has computed it") as usize;
    if port.axes.is_empty() || elements == 0 {
        return copy::Walk::new([(elements, 1, 1)]);
    }
    let mut outside_strides = [1usize; copy::MAX_AXES];
    for axis in (1..port.shape.len()).rev() {
        outside_strides[axis - 1] = outside_strides[axis] * port.shape[axis] as usize;
    }
    let mut stride = elements;
    copy::Walk::new(port.axes.iter().zip(&tensor.shape).map(|(&axis, &extent)| {
        stride /= extent as usize;
        (extent as usize, outside_strides[usize::from(axis)], stride)
    }))
}

fn run_step(
    level: Level,
    plan: &Plan,
    step: &Step,
    constants: &[u8],
    arena: &mut [u8],
    workspace: &mut [f32],
) -> Result<(), Fault> {
    let tensor = |id: u32| &plan.tensors[id as usize];
    let to = tensor(step.outputs[0]);
    let views = Views::new(arena, range(to), step.scratch.map_or(0..0, |id| range(tensor(id))));
    let absent = Operand { element_type: to.element_type, shape: &[], bytes: None };
    let mut inputs = [absent; kernels::MAX_INPUTS];
    for (operand, &id) in inputs.iter_mut().zip(&step.inputs) {
        let tensor = tensor(id);
        let bytes = match tensor.place {
            Place::Arena(_) => views.read(range(tensor)),
            Place::Constants(_) => Some(&constants[range(tensor)]),
        };
        *operand = Operand { element_type: tensor.element_type, shape: &tensor.shape, bytes };
    }
    let (output, scratch) = (views.output, views.scratch);
    kernels::run(&step.op, Call { level, inputs: &inputs, to, output, scratch, workspace })
}
