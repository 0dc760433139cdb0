//! One instance, called again and again.

use super::{CallError, Recognition, Tensor};

/// One instance of a model, called again and again. After an error other than the model's own it is spent.
pub struct Session {}

impl Session {
    /// As [`Model::recognize`](super::Model::recognize), on this instance.
    ///
    /// # Errors
    /// As there.
    pub fn recognize(&mut self, data: &[u8], top_k: u32) -> Result<Recognition, CallError> {
        let _ = (data, top_k);
        todo!()
    }

    /// As [`Model::infer`](super::Model::infer), on this instance.
    ///
    /// # Errors
    /// As there.
    pub fn infer(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor>, CallError> {
        let _ = inputs;
        todo!()
    }
}
