//! One instance, called again and again.

use super::bindings::exports::maasm::model::types as wit;
use super::bindings::{self, ModelPre};
use super::limits::{Limits, Place};
use super::{
    CallError, Description, Engine, LabelledSample, ModelError, Pixels, Recognition, Report, Tensor, Timings, runtime,
};
use maasm_nn::Graphs;
use maasm_protocol::model::Complaint;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::{Store, Trap};

/// One instance of a model, called again and again. After an error other than the model's own it is spent.
pub struct Session {
    // Dropped in this order: the place is free only when the instance is gone.
    exports: bindings::Model,
    store: Store<Limits>,
    _place: Option<Place>,
    deadline: Duration,
}

impl Session {
    /// Sets up an instance of a component of so many bytes.
    pub(super) fn new(
        engine: &Engine,
        pre: &ModelPre<Limits>,
        graphs: Option<&Arc<Graphs>>,
        size: u64,
        place: Option<Place>,
    ) -> Result<Self, CallError> {
        let options = engine.options();
        // A model starts with its weights, which its file holds, and room to work.
        let limits = Limits::new(size.saturating_add(options.memory_limit), options.memory_limit);
        let limits = graphs.into_iter().fold(limits, Limits::with_graphs);
        let mut store = Store::new(&engine.inner.wasmtime, limits);
        store.limiter(|limits| limits);
        store.set_epoch_deadline(runtime::ticks(options.deadline));
        match pre.instantiate(&mut store) {
            Ok(exports) => {
                store.data_mut().start();
                Ok(Self { exports, store, _place: place, deadline: options.deadline })
            }
            Err(error) => Err(why(&error, store.data_mut(), options.deadline)),
        }
    }

    /// As [`Model::recognize`](super::Model::recognize), on this instance.
    ///
    /// # Errors
    /// As there.
    pub fn recognize(&mut self, data: &[u8], top_k: u32) -> Result<Recognition, CallError> {
        let start = Instant::now();
        if top_k == 0 {
            let reason = "must be at least 1".into();
            return Err(CallError::Model(ModelError::InvalidArgument(Complaint { name: "top-k".into(), reason })));
        }
        self.store.set_epoch_deadline(runtime::ticks(self.deadline));
        let stages = self.exports.maasm_model_stages();
        let (limits, mut timings) = (self.deadline, Timings::default());
        macro_rules! stage {
            ($time:ident, $call:expr) => {{
                let start = Instant::now();
                let result = $call;
                timings.$time = start.elapsed();
                answer(result, self.store.data_mut(), limits)?
            }};
        }
        let media = stage!(decode, stages.call_decode(&mut self.store, data));
        stage!(preprocess, stages.call_preprocess(&mut self.store));
        stage!(inference, stages.call_run(&mut self.store));
        let classifications = stage!(rank, stages.call_rank(&mut self.store, top_k));
        timings.total = start.elapsed();
        let classifications = classifications.into_iter().map(Into::into).collect();
        Ok(Recognition { classifications, media: media.into(), timings })
    }

    /// A picture, small and upright: neither side longer than so many pixels.
    ///
    /// # Errors
    /// If the model refuses the bytes, or the call passes a limit.
    pub fn thumbnail(&mut self, data: &[u8], longest: u32) -> Result<Pixels, CallError> {
        self.store.set_epoch_deadline(runtime::ticks(self.deadline));
        let stages = self.exports.maasm_model_stages();
        let decoded = stages.call_decode(&mut self.store, data);
        answer(decoded, self.store.data_mut(), self.deadline)?;
        let small = stages.call_thumbnail(&mut self.store, longest);
        answer(small, self.store.data_mut(), self.deadline)
    }

    /// As [`Model::infer`](super::Model::infer), on this instance.
    ///
    /// # Errors
    /// As there.
    pub fn infer(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor>, CallError> {
        self.store.set_epoch_deadline(runtime::ticks(self.deadline));
        let inputs: Vec<wit::Tensor> = inputs.iter().map(Into::into).collect();
        let result = self.exports.maasm_model_inference().call_infer(&mut self.store, &inputs);
        Ok(answer(result, self.store.data_mut(), self.deadline)?.into_iter().map(Into::into).collect())
    }

    /// As [`Model::infer_media`](super::Model::infer_media), on this instance.
    ///
    /// # Errors
    /// As there.
    pub fn infer_media(&mut self, data: &[u8]) -> Result<Vec<Tensor>, CallError> {
        self.store.set_epoch_deadline(runtime::ticks(self.deadline));
        let result = self.exports.maasm_model_inference().call_infer_media(&mut self.store, data);
        Ok(answer(result, self.store.data_mut(), self.deadline)?.into_iter().map(Into::into).collect())
    }

    /// As [`Model::evaluate`](super::Model::evaluate), on this instance.
    ///
    /// # Errors
    /// As there.
    pub fn evaluate(&mut self, samples: &[LabelledSample]) -> Result<Report, CallError> {
        self.store.set_epoch_deadline(runtime::ticks(self.deadline));
        let result = self.exports.maasm_model_inference().call_evaluate(&mut self.store, samples);
        answer(result, self.store.data_mut(), self.deadline)
    }

    /// Asks the model who it is.
    pub(super) fn describe(&mut self) -> Result<Description, CallError> {
        let result = self.exports.maasm_model_inference().call_describe(&mut self.store);
        result.map(Into::into).map_err(|error| why(&error, self.store.data_mut(), self.deadline))
    }
}

/// What came of a call.
fn answer<T>(
    result: wasmtime::Result<Result<T, wit::Error>>,
    limits: &mut Limits,
    deadline: Duration,
) -> Result<T, CallError> {
    result.map_err(|error| why(&error, limits, deadline))?.map_err(|error| CallError::Model(error.into()))
}

/// Why there is no instance or its call was cut short.
fn why(error: &wasmtime::Error, limits: &mut Limits, deadline: Duration) -> CallError {
    let failure = limits.nn.as_mut().and_then(maasm_nn::Context::take_failure);
    let timeout = failure.as_ref().is_some_and(|failure| failure.code == maasm_nn::ErrorCode::Timeout);
    if timeout || error.downcast_ref::<Trap>() == Some(&Trap::Interrupt) {
        return CallError::Deadline { limit: deadline };
    }
    // What the host could not compute ends the instance, which cannot say why.
    if let Some(failure) = failure {
        return CallError::Trap(failure.message);
    }
    // What is refused comes back as a failed allocation, which most programs answer with a trap of their own.
    if let Some(asked) = limits.refused {
        let limit = if limits.started { limits.growth_limit } else { limits.initial_limit };
        return CallError::Memory { asked, limit };
    }
    CallError::Trap(error.root_cause().to_string())
}
