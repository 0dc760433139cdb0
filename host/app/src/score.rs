//! Models answer samples.

use crate::tensors::{self, npy};
use maasm_engine::{CallError, ElementType, Model, Session, Tensor, TensorInfo};
use maasm_evaluation::report::Task;
use maasm_evaluation::run::{Fault, Scored, Scorer, Scorers, Thumbnail, Times};
use maasm_package as package;
use maasm_plan::Scores;
use maasm_scores as scores;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long an evaluation waits for a place among the calls.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// How a model answers samples.
pub struct ModelScorers {
    pub model: Model,
    pub task: Task,
    /// How many numbers an answer has.
    pub width: usize,
    /// The kind of the outputs, where answers are classes.
    pub scores: Scores,
}

/// An instance that answers samples; a new one after each that failed.
pub struct ModelScorer {
    model: Model,
    session: Option<Session>,
    task: Task,
    width: usize,
    scores: Scores,
}

impl Scorers for ModelScorers {
    type Scorer = ModelScorer;

    fn scorer(&self) -> Result<ModelScorer, String> {
        let session = Some(session(&self.model).map_err(|error| error.to_string())?);
        let Self { ref model, task, width, scores } = *self;
        Ok(ModelScorer { model: model.clone(), session, task, width, scores })
    }
}

impl Scorer for ModelScorer {
    fn score(&mut self, sample: &[u8]) -> Result<Scored, Fault> {
        let session = match &mut self.session {
            Some(session) => session,
            empty => empty.insert(session(&self.model).map_err(|error| Fault::Engine(error.to_string()))?),
        };
        let start = Instant::now();
        let outcome = answer(session, &self.model, sample, (self.task, self.scores), self.width);
        let total = nanoseconds(start.elapsed());
        match outcome {
            Ok((values, times)) => Ok(Scored { values, times: Times { total, ..times } }),
            Err(Unanswered::Sample(reason)) => Err(Fault::Sample(reason)),
            Err(Unanswered::Call(error)) => {
                if !matches!(error, CallError::Model(_)) {
                    self.session = None;
                }
                Err(Fault::Sample(error.to_string()))
            }
        }
    }

    fn thumbnail(&mut self, sample: &[u8], longest: u32) -> Option<Thumbnail> {
        let session = match &mut self.session {
            Some(session) => session,
            empty => empty.insert(session(&self.model).ok()?),
        };
        match session.thumbnail(sample, longest) {
            Ok(small) => Some(Thumbnail { width: small.width, height: small.height, pixels: small.data }),
            Err(CallError::Model(_)) => None,
            Err(_) => {
                self.session = None;
                None
            }
        }
    }
}

/// An instance, as soon as there is a place for one.
pub(super) fn session(model: &Model) -> Result<Session, CallError> {
    let start = Instant::now();
    loop {
        match model.session() {
            Err(CallError::Saturated { .. }) if start.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            outcome => return outcome,
        }
    }
}

/// Why a sample has no answer.
enum Unanswered {
    Call(CallError),
    Sample(String),
}

impl From<CallError> for Unanswered {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

fn answer(
    session: &mut Session,
    model: &Model,
    sample: &[u8],
    (task, scores): (Task, Scores),
    width: usize,
) -> Result<(Vec<f32>, Times), Unanswered> {
    let description = model.description();
    if npy::is_numpy(sample) || description.accepts.is_empty() {
        let inputs =
            npy::inputs(sample, &description.inputs).map_err(|error| Unanswered::Sample(format!("{error:#}")))?;
        let start = Instant::now();
        let outputs = session.infer(&inputs)?;
        let times = Times { inference: nanoseconds(start.elapsed()), ..Times::default() };
        let values = first(&outputs, width)?;
        let values = match (task, scores) {
            (Task::Classification, Scores::Logits) => maasm_metrics::softmax(&values),
            _ => values,
        };
        return Ok((values, times));
    }
    match task {
        Task::Classification => {
            let recognition = session.recognize(sample, u32::MAX)?;
            let mut values = vec![0.0; width];
            for class in &recognition.classifications {
                if let Some(value) = values.get_mut(class.index as usize) {
                    *value = class.score;
                }
            }
            let timings = &recognition.timings;
            let [decode, preprocess, inference] =
                [timings.decode, timings.preprocess, timings.inference].map(nanoseconds);
            Ok((values, Times { decode, preprocess, inference, total: 0 }))
        }
        Task::Regression => Ok((first(&session.infer_media(sample)?, width)?, Times::default())),
    }
}

/// The numbers of the first output.
fn first(outputs: &[Tensor], width: usize) -> Result<Vec<f32>, Unanswered> {
    let Some(output) = outputs.first() else { return Err(Unanswered::Sample("the model has no output".into())) };
    let values = tensors::floats(output);
    match values.len() == width {
        true => Ok(values),
        false => Err(Unanswered::Sample(format!(
            "the output {} has {} elements, the truth has {width}",
            output.name,
            values.len()
        ))),
    }
}

/// The kind of a component's outputs: as it says; or if it does not, as older components do not, by what it
/// answers to random inputs.
pub(super) fn scores(component: &Path, model: &Model) -> Scores {
    if let Some(package) = package::said(component) {
        return package.card.scores;
    }
    let inputs = &model.description().inputs;
    scores::find_by(|numbers| {
        let input = |input: &TensorInfo| {
            let elements = input.shape.iter().map(|&extent| extent as usize).product();
            let width = (input.element_type != ElementType::F32).then(|| tensors::size(input.element_type));
            let (name, shape) = (input.name.clone(), input.shape.clone());
            Tensor { name, element_type: input.element_type, shape, data: numbers(elements, width) }
        };
        let inputs: Vec<Tensor> = inputs.iter().map(input).collect();
        let outputs = session(model).and_then(|mut session| session.infer(&inputs)).ok()?;
        let values: Vec<f64> = tensors::floats(outputs.first()?).into_iter().map(f64::from).collect();
        values.iter().all(|value| value.is_finite()).then_some(values)
    })
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
