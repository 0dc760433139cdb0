//! Runs a plan's steps in order.

use crate::AlignedBytes;
use maasm_plan::{Plan, PlanError};

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

/// A plan with its memory, ready to run any number of times. `C` is what holds the constants, so that several
/// executors can share them.
pub struct Executor<C> {
    plan: Plan,
    constants: C,
    arena: AlignedBytes,
}

impl<C: AsRef<[u8]>> Executor<C> {
    /// Validates the plan and its memory.
    ///
    /// # Errors
    /// If the plan is invalid, or the memories are shorter than it says or misaligned.
    pub fn new(plan: Plan, constants: C, arena: AlignedBytes) -> Result<Self, SetupError> {
        plan.validate()?;
        Ok(Self { plan, constants, arena })
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
        let _ = (index, bytes, &self.constants, &mut self.arena);
        todo!()
    }

    /// Input `index` in the physical order, to be written in place.
    ///
    /// # Panics
    /// If there is no such input or it is not f32.
    pub fn input_mut(&mut self, index: usize) -> &mut [f32] {
        let _ = index;
        todo!()
    }

    /// Runs every step, without allocating.
    pub fn run(&mut self) {
        todo!()
    }

    /// Output `index` in the outside order, little-endian.
    ///
    /// # Panics
    /// If there is no such output.
    pub fn output(&self, index: usize) -> Vec<u8> {
        let _ = index;
        todo!()
    }

    /// Output `index` in the physical order, which for up to two axes, and wherever height and width are 1, is the
    /// outside order.
    ///
    /// # Panics
    /// If there is no such output or it is not f32.
    pub fn output_f32(&self, index: usize) -> &[f32] {
        let _ = index;
        todo!()
    }
}
