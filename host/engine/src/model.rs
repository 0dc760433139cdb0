//! Calls, each on a fresh instance.

use super::bindings::ModelPre;
use super::limits::Limits;
use super::{
    CallError, Description, Engine, LabelledSample, LoadError, Loading, Recognition, Report, Session, Tensor, Timings,
};
use maasm_nn::Graphs;
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

/// A loaded model. Cheap to clone; every clone is the same model. Calls block: an asynchronous caller gives them a
/// thread of their own.
#[derive(Clone)]
pub struct Model {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    pre: ModelPre<Limits>,
    /// What the host computes for it.
    graphs: Option<Arc<Graphs>>,
    description: Description,
    loading: Loading,
}

impl Model {
    /// Makes a model of a checked component: asks it who it is.
    pub(super) fn introduce(
        engine: &Engine,
        pre: ModelPre<Limits>,
        graphs: Option<Arc<Graphs>>,
        mut loading: Loading,
        path: &Path,
        start: Instant,
    ) -> Result<Self, LoadError> {
        let _one_at_a_time = engine.inner.introduction.lock().unwrap_or_else(PoisonError::into_inner);
        let path = || path.to_owned();
        let mut session =
            Session::new(engine, &pre, graphs.as_ref(), loading.size, None).map_err(|error| match error {
                CallError::Memory { asked, limit } => {
                    let reason = format!("it starts with {asked} bytes of memory, for its size {limit} are allowed");
                    LoadError::TooLarge { path: path(), reason }
                }
                CallError::Trap(reason) => {
                    LoadError::of_system_or(&path(), reason, |path, reason| LoadError::NotAModel { path, reason })
                }
                error => LoadError::Describe { path: path(), error: Box::new(error) },
            })?;
        let described = session.describe();
        let description = described.map_err(|error| LoadError::Describe { path: path(), error: Box::new(error) })?;
        loading.loaded_in = start.elapsed();
        let inner = Inner { engine: engine.clone(), pre, graphs, description, loading };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Who the model is and what it takes and gives.
    pub fn description(&self) -> &Description {
        &self.inner.description
    }

    /// Whether this is the same model in memory, not merely the same component.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
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
        let start = Instant::now();
        let mut session = self.session()?;
        let instance = start.elapsed();
        let recognition = session.recognize(data, top_k)?;
        drop(session);
        let timings = Timings { instance, total: start.elapsed(), ..recognition.timings };
        Ok(Recognition { timings, ..recognition })
    }

    /// Runs the model on tensors, on a fresh instance.
    ///
    /// # Errors
    /// If the model refuses the tensors, or the call passes a limit.
    pub fn infer(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>, CallError> {
        self.session()?.infer(inputs)
    }

    /// Runs the model on what the bytes show, prepared by its recipe, on a fresh instance.
    ///
    /// # Errors
    /// If the model refuses the bytes, or the call passes a limit.
    pub fn infer_media(&self, data: &[u8]) -> Result<Vec<Tensor>, CallError> {
        self.session()?.infer_media(data)
    }

    /// Recognises labelled samples and compares with the truth, on a fresh instance.
    ///
    /// # Errors
    /// If the model refuses a label, or the call passes a limit.
    pub fn evaluate(&self, samples: &[LabelledSample]) -> Result<Report, CallError> {
        self.session()?.evaluate(samples)
    }

    /// One instance that is kept from call to call: quicker by a page fault here and there, and without isolation
    /// between its calls. It takes one of the places for calls until it is dropped.
    ///
    /// # Errors
    /// If all places are taken or the instance cannot be set up.
    pub fn session(&self) -> Result<Session, CallError> {
        let engine = &self.inner.engine;
        let saturated = CallError::Saturated { limit: engine.options().max_concurrent };
        let place = engine.inner.places.take().ok_or(saturated)?;
        let Inner { pre, graphs, loading, .. } = &*self.inner;
        Session::new(engine, pre, graphs.as_ref(), loading.size, Some(place))
    }
}
