//! Labelled samples in, a report out.

use crate::bindings::exports::maasm::model::inference::{CalibrationBin, Confusion, Failure, LabelledSample, Report};
use crate::bindings::exports::maasm::model::types::{Complaint, Error};
use crate::engine::Engine;
use crate::model::Model;

impl<E: Engine> Model<E> {
    pub(crate) fn evaluate(&mut self, samples: &[LabelledSample]) -> Result<Report, Error> {
        let classes = self.classes()?;
        if let Some((index, sample)) = samples.iter().enumerate().find(|(_, s)| s.label as usize >= classes) {
            return Err(Error::InvalidArgument(Complaint {
                name: "samples".into(),
                reason: format!("sample {index} has label {}, the labels are 0 to {}", sample.label, classes - 1),
            }));
        }
        let mut report = maasm_metrics::Report::new(classes);
        let mut failures = Vec::new();
        for (index, sample) in samples.iter().enumerate() {
            let added = self.scores(&sample.data).and_then(|scores| {
                // Label and number of scores were checked above.
                report.add(&scores, sample.label).map_err(|_| self.not_finite(&scores))
            });
            if let Err(error) = added {
                failures.push(Failure { sample: index as u32, error });
            }
        }
        Ok(wit(report, failures))
    }

    /// Explains why scores cannot be ranked.
    fn not_finite(&self, scores: &[f32]) -> Error {
        let name = self.engine.plan().outputs.first().map_or_else(String::new, |port| port.name.clone());
        let class = maasm_metrics::not_finite(scores).unwrap_or_default();
        Error::InvalidTensor(Complaint { name, reason: maasm_metrics::no_number(class, scores[class]) })
    }
}

fn wit(report: maasm_metrics::Report, failures: Vec<Failure>) -> Report {
    let confusion = |((expected, predicted), count)| Confusion { expected, predicted, count };
    let bin = |bin: &maasm_metrics::Bin| CalibrationBin {
        count: bin.count,
        correct: bin.correct,
        confidence_sum: bin.confidence_sum,
    };
    Report {
        samples: report.samples,
        ranks: report.ranks,
        confusions: report.confusions.into_iter().map(confusion).collect(),
        log_loss_sum: report.log_loss_sum,
        brier_sum: report.brier_sum,
        calibration: report.calibration.iter().map(bin).collect(),
        failures,
        latency: None,
    }
}
