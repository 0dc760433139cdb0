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
            match self.scores(&sample.data) {
                // Label and number of scores were checked above.
                Ok(scores) => _ = report.add(&scores, sample.label),
                Err(error) => failures.push(Failure { sample: index as u32, error }),
            }
        }
        Ok(wit(report, failures))
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
