//! The parts of the report where answers are classes.

use super::collect::Outcome;
use super::curves::{self, Areas, mean};
use super::figures::Figures;
use super::resamples::intervals;
use super::{Answered, Method, SummaryError, estimate, thumbnail};
use crate::data::Dataset;
use crate::report::{CalibrationBin, Class, Confusion, Mistake, Report};
use crate::run::Thumbnail;
use maasm_metrics::{Bin, CALIBRATION_BINS, Rates};
use std::collections::BTreeMap;

/// How many wrong answers are shown.
const MISTAKES: usize = 24;

/// Fills in what there is to say.
pub fn fill(
    report: &mut Report,
    data: &Dataset,
    version: &Answered,
    outcomes: &[Option<Outcome>],
    method: &Method,
    thumbnail: impl FnMut(&[u8]) -> Option<Thumbnail>,
) -> Result<(), SummaryError> {
    let classes = version.answers.width();
    let answered: Vec<Outcome> = outcomes.iter().flatten().copied().collect();
    let mut figures = Figures::new(classes);
    let mut confusions = BTreeMap::new();
    for outcome in &answered {
        figures.add(outcome);
        *confusions.entry((outcome.truth, outcome.predicted)).or_default() += 1;
    }
    let draw = |figures: &mut Figures, resample: maasm_metrics::Resample| {
        figures.clear();
        resample.for_each(|index| figures.add(&answered[index]));
        figures.values()
    };
    let (values, intervals) = (figures.values(), intervals(method, answered.len(), || Figures::new(classes), draw));
    for (place, name) in Figures::are_told(classes) {
        report.metrics.insert(name.into(), estimate(values[place], intervals[place]));
    }

    let occurring: Vec<u32> = figures.tally.classes().collect();
    let supported: Vec<u32> = occurring.iter().copied().filter(|&class| figures.tally.support(class) > 0).collect();
    let truths: Vec<Option<u32>> = outcomes.iter().map(|outcome| outcome.map(|outcome| outcome.truth)).collect();
    let curves = curves::curves(version, &truths, &supported, method)?;
    let areas = |area: fn(&Areas) -> Option<f64>| mean(curves.classes.iter().map(area));
    let means = [areas(|areas| areas.roc_auc), areas(|areas| areas.average_precision)];
    for ((name, value), interval) in curves::NAMES.into_iter().zip(means).zip(curves.intervals) {
        report.metrics.insert(name.into(), estimate(value, interval));
    }
    let areas: BTreeMap<u32, Areas> = supported.into_iter().zip(curves.classes).collect();
    let class = |index: u32| {
        let Rates { precision, recall, f1 } = figures.tally.rates(index);
        let Areas { roc_auc, average_precision } = areas.get(&index).copied().unwrap_or_default();
        let (support, predicted) = (figures.tally.support(index), figures.tally.predicted(index));
        let label = version.labels.name(index);
        Class { index, label, support, predicted, precision, recall, f1, roc_auc, average_precision }
    };
    report.classes = occurring.into_iter().map(class).collect();
    let confusion = |((expected, predicted), count)| Confusion { expected, predicted, count };
    report.confusions = confusions.into_iter().map(confusion).collect();
    report.calibration = calibration(&figures.bins);
    report.mistakes = mistakes(data, version, outcomes, thumbnail);
    Ok(())
}

fn calibration(bins: &[Bin]) -> Vec<CalibrationBin> {
    let part = |place: usize| place as f64 / CALIBRATION_BINS as f64;
    let bin = |(place, bin): (usize, &Bin)| {
        let share = |sum: f64| (bin.count > 0).then(|| sum / bin.count as f64);
        CalibrationBin {
            from: part(place),
            to: part(place + 1),
            count: bin.count,
            accuracy: share(bin.correct as f64),
            confidence: share(bin.confidence_sum),
        }
    };
    bins.iter().enumerate().map(bin).collect()
}

/// The most confident wrong answers, the most confident first.
fn mistakes(
    data: &Dataset,
    version: &Answered,
    outcomes: &[Option<Outcome>],
    mut small: impl FnMut(&[u8]) -> Option<Thumbnail>,
) -> Vec<Mistake> {
    let wrong = outcomes.iter().enumerate().filter_map(|(index, outcome)| Some((index, (*outcome)?)));
    let mut wrong: Vec<(usize, Outcome)> = wrong.filter(|(_, outcome)| !outcome.is_right()).collect();
    wrong.sort_by(|a, b| b.1.confidence.total_cmp(&a.1.confidence).then(a.0.cmp(&b.0)));
    let mistake = |(index, outcome): (usize, Outcome)| Mistake {
        sample: data.sample(index).into(),
        expected: version.labels.name(outcome.truth),
        predicted: version.labels.name(outcome.predicted),
        score: outcome.confidence,
        expected_score: outcome.truth_score,
        thumbnail: data.read(index).ok().and_then(|bytes| small(&bytes)).and_then(|picture| thumbnail::url(&picture)),
    };
    wrong.into_iter().take(MISTAKES).map(mistake).collect()
}
