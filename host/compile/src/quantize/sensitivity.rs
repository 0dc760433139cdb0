//! How much each layer's integers change the outputs.

use super::observe::{Calibration, CalibrationError, executor};
use crate::{Compiled, Error, Options, compile};
use maasm_plan::{ElementType, Op};
use tract_onnx::pb::ModelProto;

/// How many samples are looked at: each layer is measured on all of them.
const SAMPLES: usize = 8;

/// A layer, and what its integers do.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// Its step in the plan in f32.
    pub step: usize,
    /// What the model calls it.
    pub name: String,
    /// The mean squared change of the outputs if this layer alone computes in integers, of the outputs' mean square.
    pub noise: f64,
}

/// Why it cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum SensitivityError {
    /// The network does not compile so.
    #[error(transparent)]
    Compile(#[from] Error),
    /// The network cannot be run.
    #[error(transparent)]
    Run(#[from] CalibrationError),
}

/// Measures every layer that can compute in integers, the most sensitive first. `compiled` is the model in f32, which was
/// calibrated.
///
/// # Errors
/// If the model cannot be compiled or run.
pub fn sensitivities(
    model: &ModelProto,
    options: &Options,
    compiled: &Compiled,
    calibration: &Calibration,
    samples: &[Vec<f32>],
) -> Result<Vec<Sensitivity>, SensitivityError> {
    let samples = &samples[..samples.len().min(SAMPLES)];
    let expected = outputs(compiled, samples)?;
    let power: f64 = expected.iter().map(|value| f64::from(*value).powi(2)).sum();
    let mut found = Vec::new();
    for (step, layer) in compiled.plan.steps.iter().enumerate() {
        if !matches!(layer.op, Op::Conv(_) | Op::Depthwise(_)) {
            continue;
        }
        let options = Options { calibration: Some(calibration.only(step)), ..options.clone() };
        // A layer that cannot compute in integers is no error here.
        let Ok(alone) = compile(model, &options) else { continue };
        let changed = outputs(&alone, samples)?;
        let noise: f64 = expected.iter().zip(&changed).map(|(a, b)| f64::from(a - b).powi(2)).sum();
        found.push(Sensitivity { step, name: layer.name.clone(), noise: noise / power.max(f64::MIN_POSITIVE) });
    }
    found.sort_by(|a, b| b.noise.total_cmp(&a.noise).then(a.step.cmp(&b.step)));
    Ok(found)
}

/// What a network gives for all samples, one after the other.
fn outputs(compiled: &Compiled, samples: &[Vec<f32>]) -> Result<Vec<f32>, CalibrationError> {
    let mut executor = executor(compiled)?;
    let plan = &compiled.plan;
    let floats: Vec<usize> =
        (0..plan.outputs.len()).filter(|&i| plan.element_type(&plan.outputs[i]) == ElementType::F32).collect();
    let mut all = Vec::new();
    for sample in samples {
        let bytes: Vec<u8> = sample.iter().flat_map(|value| value.to_le_bytes()).collect();
        executor.set_input(0, &bytes).map_err(|error| CalibrationError::Run(error.to_string()))?;
        executor.run().map_err(|error| CalibrationError::Run(error.to_string()))?;
        floats.iter().for_each(|&output| all.extend_from_slice(executor.output_f32(output)));
    }
    Ok(all)
}
