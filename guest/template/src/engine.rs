//! What computes.

use maasm_plan::{Card, Plan};
use maasm_runtime::{AlignedBytes, Executor};

/// What turns inputs into outputs.
pub trait Engine: Sized + 'static {
    /// Takes up a plan, with the memory that the packager has filled for it.
    ///
    /// # Errors
    /// If they do not go together.
    fn load(card: &Card, plan: Plan, constants: AlignedBytes, arena: AlignedBytes) -> Result<Self, String>;

    /// The plan: at least its inputs and outputs.
    fn plan(&self) -> &Plan;

    /// Sets input `index` from elements in the outside order, little-endian.
    ///
    /// # Errors
    /// If the number of bytes is not the tensor's.
    fn set_input(&mut self, index: usize, bytes: &[u8]) -> Result<(), String>;

    /// Input `index`, which is f32, in the order of the plan's tensor, to be written in place.
    fn input_mut(&mut self, index: usize) -> &mut [f32];

    /// Computes the outputs.
    ///
    /// # Errors
    /// If the inputs make no sense to the model.
    fn run(&mut self) -> Result<(), RunError>;

    /// Output `index` in the outside order, little-endian, after a run.
    fn output(&self, index: usize) -> Vec<u8>;

    /// The shape of output `index`, after a run.
    fn output_shape(&self, index: usize) -> Vec<u32>;

    /// The elements of output `index`, which is f32 and has one axis at most that is longer than 1, after a run.
    fn output_f32(&self, index: usize) -> &[f32];
}

/// Why some inputs cannot be computed with.
pub struct RunError {
    /// What met it: a step of the model, or a tensor.
    pub name: String,
    /// What is wrong.
    pub reason: String,
}

/// The kernels in this very component.
impl Engine for Executor<AlignedBytes> {
    fn load(_: &Card, plan: Plan, constants: AlignedBytes, arena: AlignedBytes) -> Result<Self, String> {
        Self::new(plan, constants, arena).map_err(|error| error.to_string())
    }

    fn plan(&self) -> &Plan {
        self.plan()
    }

    fn set_input(&mut self, index: usize, bytes: &[u8]) -> Result<(), String> {
        self.set_input(index, bytes).map_err(|error| error.to_string())
    }

    fn input_mut(&mut self, index: usize) -> &mut [f32] {
        self.input_mut(index)
    }

    fn run(&mut self) -> Result<(), RunError> {
        self.run().map_err(|error| RunError { name: error.step, reason: error.fault.to_string() })
    }

    fn output(&self, index: usize) -> Vec<u8> {
        self.output(index)
    }

    fn output_shape(&self, index: usize) -> Vec<u32> {
        self.output_shape(index)
    }

    fn output_f32(&self, index: usize) -> &[f32] {
        self.output_f32(index)
    }
}
