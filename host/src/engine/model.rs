//! Calls, each on a fresh instance.

use super::{CallError, Classification, Description, LabelledSample, Loading, MediaInfo, Report, Session, Tensor};
use std::sync::Arc;
use std::time::Duration;

/// A loaded model. Cheap to clone; every clone is the same model. Calls block: an asynchronous caller gives them a
/// thread of their own.
#[derive(Clone)]
pub struct Model {
    inner: Arc<Inner>,
}

struct Inner {
    description: Description,
    loading: Loading,
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

impl Model {
    /// Who the model is and what it takes and gives.
    pub fn description(&self) -> &Description {
        &self.inner.description
    }

    /// How it was loaded.
    pub fn loading(&self) -> &Loading {
        &self.inner.loading
    }

    /// Recognises what the bytes show: the `top_k` likeliest classes, on a fresh instance.
    ///
    /// # Errors
    /// If the model refuses the bytes or `top_k`, or the call passes a limit.
    pub fn recognize(&self, data: &[u8], top_k: u32) -> Result<Recognition, CallError> {
        let _ = (data, top_k);
        todo!()
    }

    /// Runs the model on tensors, on a fresh instance.
    ///
    /// # Errors
    /// If the model refuses the tensors, or the call passes a limit.
    pub fn infer(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>, CallError> {
        let _ = inputs;
        todo!()
    }

    /// Recognises labelled samples and compares with the truth, on a fresh instance.
    ///
    /// # Errors
    /// If the model refuses a label, or the call passes a limit.
    pub fn evaluate(&self, samples: &[LabelledSample]) -> Result<Report, CallError> {
        let _ = samples;
        todo!()
    }

    /// One instance that is kept from call to call: quicker by a page fault here and there, and without isolation
    /// between its calls. It takes one of the places for calls until it is dropped.
    ///
    /// # Errors
    /// If all places are taken or the instance cannot be set up.
    pub fn session(&self) -> Result<Session, CallError> {
        todo!()
    }
}
