//! The model inside, in the words of every front.

use crate::bindings::maasm::model::types as wit;
use crate::bindings::maasm::model::{inference, stages};
use maasm_protocol::model::{
    Classification, Complaint, Description, ElementType, Limit, MediaInfo, ModelError, Recognition, Tensor, TensorInfo,
    Timings,
};
use spin_sdk::wasip3::clocks::monotonic_clock;
use std::time::Duration;

/// Who the model is and what it takes and gives.
pub fn describe() -> Description {
    let wit = inference::describe();
    Description {
        name: wit.name,
        version: wit.version,
        description: wit.description,
        license: wit.license,
        source: wit.source,
        source_digest: wit.source_digest,
        parameters: wit.parameters,
        multiply_accumulates: wit.multiply_accumulates,
        inputs: wit.inputs.into_iter().map(info).collect(),
        outputs: wit.outputs.into_iter().map(info).collect(),
        accepts: wit.accepts,
        labels: wit.labels,
    }
}

/// Recognises what the bytes show: the `top_k` likeliest classes. The instance was there before the request reached this
/// code: setting it up took none of the time that is told.
///
/// # Errors
/// If the model refuses the bytes or `top_k`.
pub fn recognize(data: &[u8], top_k: u32) -> Result<Recognition, ModelError> {
    let mut clock = Clock::start();
    let media = stages::decode(data).map_err(error)?;
    let decode = clock.lap();
    stages::preprocess().map_err(error)?;
    let preprocess = clock.lap();
    stages::run().map_err(error)?;
    let inference = clock.lap();
    let ranked = stages::rank(top_k).map_err(error)?;
    let rank = clock.lap();
    let classification =
        |wit::Classification { label, index, score }: wit::Classification| Classification { label, index, score };
    let wit::MediaInfo { media_type, width, height } = media;
    Ok(Recognition {
        classifications: ranked.into_iter().map(classification).collect(),
        media: MediaInfo { media_type, width, height },
        timings: Timings { instance: Duration::ZERO, decode, preprocess, inference, rank, total: clock.total() },
    })
}

/// Runs the model on tensors.
///
/// # Errors
/// If the model refuses them.
pub fn infer(inputs: Vec<Tensor>) -> Result<Vec<Tensor>, ModelError> {
    let given = |Tensor { name, element_type, shape, data }: Tensor| wit::Tensor {
        name,
        element_type: TYPES.iter().find(|row| row.1 == element_type).expect("every type has a row").0,
        shape,
        data,
    };
    let inputs: Vec<wit::Tensor> = inputs.into_iter().map(given).collect();
    inference::infer(&inputs).map(tensors).map_err(error)
}

/// Runs the model on what the bytes show.
///
/// # Errors
/// If the model refuses them.
pub fn infer_media(data: &[u8]) -> Result<Vec<Tensor>, ModelError> {
    inference::infer_media(data).map(tensors).map_err(error)
}

/// A stopwatch.
struct Clock {
    started: u64,
    last: u64,
}

impl Clock {
    fn start() -> Self {
        let started = monotonic_clock::now();
        Self { started, last: started }
    }

    /// The time since the last lap.
    fn lap(&mut self) -> Duration {
        let last = std::mem::replace(&mut self.last, monotonic_clock::now());
        Duration::from_nanos(self.last.saturating_sub(last))
    }

    /// The time from the start to the last lap.
    fn total(&self) -> Duration {
        Duration::from_nanos(self.last.saturating_sub(self.started))
    }
}

const TYPES: [(wit::ElementType, ElementType); 12] = [
    (wit::ElementType::F32, ElementType::F32),
    (wit::ElementType::F16, ElementType::F16),
    (wit::ElementType::F64, ElementType::F64),
    (wit::ElementType::I8, ElementType::I8),
    (wit::ElementType::U8, ElementType::U8),
    (wit::ElementType::I32, ElementType::I32),
    (wit::ElementType::I64, ElementType::I64),
    (wit::ElementType::Boolean, ElementType::Boolean),
    (wit::ElementType::I16, ElementType::I16),
    (wit::ElementType::U16, ElementType::U16),
    (wit::ElementType::U32, ElementType::U32),
    (wit::ElementType::U64, ElementType::U64),
];

fn element_type(given: wit::ElementType) -> ElementType {
    TYPES.iter().find(|row| row.0 == given).expect("every type has a row").1
}

fn info(wit::TensorInfo { name, element_type: given, shape }: wit::TensorInfo) -> TensorInfo {
    TensorInfo { name, element_type: element_type(given), shape }
}

fn tensors(given: Vec<wit::Tensor>) -> Vec<Tensor> {
    let tensor = |wit::Tensor { name, element_type: given, shape, data }: wit::Tensor| Tensor {
        name,
        element_type: element_type(given),
        shape,
        data,
    };
    given.into_iter().map(tensor).collect()
}

fn error(given: wit::Error) -> ModelError {
    let complaint = |wit::Complaint { name, reason }| Complaint { name, reason };
    match given {
        wit::Error::EmptyInput => ModelError::EmptyInput,
        wit::Error::UnsupportedMedia(why) => ModelError::UnsupportedMedia(why),
        wit::Error::MalformedMedia(why) => ModelError::MalformedMedia(why),
        wit::Error::TooLarge(wit::Limit { what, value, maximum }) => {
            ModelError::TooLarge(Limit { what, value, maximum })
        }
        wit::Error::InvalidArgument(given) => ModelError::InvalidArgument(complaint(given)),
        wit::Error::InvalidTensor(given) => ModelError::InvalidTensor(complaint(given)),
        wit::Error::UnsupportedOperation(why) => ModelError::UnsupportedOperation(why),
    }
}
