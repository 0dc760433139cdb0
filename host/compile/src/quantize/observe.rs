//! What values the tensors of a compiled network have on samples.

use super::range::Histogram;
use crate::Compiled;
use maasm_component::Ranges;
use maasm_plan::op::Scale;
use maasm_plan::{ElementType, Plan};
use maasm_runtime::{AlignedBytes, Executor};
use std::collections::HashSet;

/// What is known of a network's tensors.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// The model's input.
    pub(super) input: Observed,
    /// Each step's output, in the plan's order; none of those that are not f32.
    pub(super) steps: Vec<Option<Observed>>,
    /// The steps that stay in f32 whatever they are.
    pub(super) left: HashSet<usize>,
}

impl Calibration {
    /// Leaves steps of the plan in f32.
    pub fn leave(&mut self, steps: impl IntoIterator<Item = usize>) {
        self.left.extend(steps);
    }

    /// Leaves all steps but one in f32.
    pub(super) fn only(&self, step: usize) -> Self {
        let left = (0..self.steps.len()).filter(|&other| other != step).collect();
        Self { left, ..self.clone() }
    }
}

/// What is known of one tensor.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    /// How it is kept in seven bits.
    pub scale: Scale,
    /// The mean of each channel: of the places along the innermost axis.
    pub means: Vec<f32>,
}

/// Why a network cannot be calibrated.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// There is nothing to calibrate with.
    #[error("there are no samples to calibrate with")]
    NoSamples,
    /// The model takes something else than one tensor of f32.
    #[error("only models with one input of f32 can be calibrated with pictures")]
    Inputs,
    /// What a layer computes is no number, or infinite.
    #[error(
        "what {layer} computes is no number, or infinite, on the samples; its weights may be damaged: train or export the model again"
    )]
    NotFinite {
        /// The layer, or `the input`.
        layer: String,
    },
    /// The model cannot be run.
    #[error("the model cannot be run: {0}")]
    Run(String),
}

/// Runs a network on samples, each an input in the order that the model gives its axes, twice: for the ends of the values, and for how they
/// lie between them.
///
/// # Errors
/// If there are no samples, or the model does not take them.
pub fn calibrate(compiled: &Compiled, samples: &[Vec<f32>], ranges: Ranges) -> Result<Calibration, CalibrationError> {
    let plan = &compiled.plan;
    let [input] = &plan.inputs[..] else { return Err(CalibrationError::Inputs) };
    if plan.element_type(input) != ElementType::F32 {
        return Err(CalibrationError::Inputs);
    }
    if samples.is_empty() {
        return Err(CalibrationError::NoSamples);
    }
    let mut executor = executor(compiled)?;
    let channels = |tensor: u32| plan.tensors[tensor as usize].shape.last().map_or(1, |&extent| extent as usize);
    let mut ends_of_input = Ends::new(channels(input.tensor));
    let mut ends: Vec<Ends> = plan.steps.iter().map(|step| Ends::new(channels(step.outputs[0]))).collect();
    each(&mut executor, samples, &mut |step, values| match step {
        None => ends_of_input.add(values),
        Some(step) => ends[step].add(values),
    })?;
    let named = plan.steps.iter().map(|step| step.name.as_str());
    let mut all = std::iter::once("the input").chain(named).zip(std::iter::once(&ends_of_input).chain(&ends));
    if let Some((layer, _)) = all.find(|(_, ends)| !ends.are_finite()) {
        return Err(CalibrationError::NotFinite { layer: layer.into() });
    }
    let mut histogram_of_input = ends_of_input.histogram();
    let mut histograms: Vec<Histogram> = ends.iter().map(Ends::histogram).collect();
    each(&mut executor, samples, &mut |step, values| match step {
        None => histogram_of_input.add(values),
        Some(step) => histograms[step].add(values),
    })?;
    let observed =
        |ends: &Ends, histogram: &Histogram| Observed { scale: histogram.scale(ranges), means: ends.means() };
    let steps = ends.iter().zip(&histograms);
    let steps = steps.map(|(ends, histogram)| (ends.count > 0).then(|| observed(ends, histogram))).collect();
    Ok(Calibration { input: observed(&ends_of_input, &histogram_of_input), steps, left: HashSet::new() })
}

pub(super) fn executor(compiled: &Compiled) -> Result<Executor<AlignedBytes>, CalibrationError> {
    let mut constants = AlignedBytes::zeroed(compiled.constants.len());
    constants.as_mut().copy_from_slice(&compiled.constants);
    let plan: Plan = compiled.plan.clone();
    let arena = AlignedBytes::zeroed(plan.arena_len as usize);
    Executor::new(plan, constants, arena).map_err(|error| CalibrationError::Run(error.to_string()))
}

/// Tells the input, and what each step writes, of every sample.
fn each(
    executor: &mut Executor<AlignedBytes>,
    samples: &[Vec<f32>],
    see: &mut dyn FnMut(Option<usize>, &[f32]),
) -> Result<(), CalibrationError> {
    for sample in samples {
        let bytes: Vec<u8> = sample.iter().flat_map(|value| value.to_le_bytes()).collect();
        executor.set_input(0, &bytes).map_err(|error| CalibrationError::Run(error.to_string()))?;
        see(None, executor.input_mut(0));
        let run = executor.run_watched(|step, values| see(Some(step), values));
        run.map_err(|error| CalibrationError::Run(error.to_string()))?;
    }
    Ok(())
}

/// The smallest and the largest value, and the mean of each channel.
struct Ends {
    low: f32,
    high: f32,
    sums: Vec<f64>,
    count: u64,
}

impl Ends {
    fn new(channels: usize) -> Self {
        Self { low: 0.0, high: 0.0, sums: vec![0.0; channels.max(1)], count: 0 }
    }

    fn add(&mut self, values: &[f32]) {
        for pixel in values.chunks_exact(self.sums.len()) {
            self.count += 1;
            for (sum, &value) in self.sums.iter_mut().zip(pixel) {
                *sum += f64::from(value);
                self.low = self.low.min(value);
                self.high = self.high.max(value);
            }
        }
    }

    fn are_finite(&self) -> bool {
        self.sums.iter().all(|sum| sum.is_finite())
    }

    fn means(&self) -> Vec<f32> {
        self.sums.iter().map(|sum| (sum / self.count.max(1) as f64) as f32).collect()
    }

    fn histogram(&self) -> Histogram {
        Histogram::new(self.low, self.high)
    }
}
