//! The parts of the report where answers are classes.

use super::curves::{self, Areas, means};
use super::resamples::{Interval, intervals, is_over_classes, too_few};
use super::{Answered, Method, SummaryError, add, thumbnail};
use crate::data::Dataset;
use crate::report::{Class, Mistake, Report};
use crate::run::Thumbnail;
use maasm_metrics::{Figures, Outcome};
use maasm_protocol::evaluation::{calibration, cells};
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
    let values = figures.values();
    let intervals = intervals(method, answered.len(), values, || Figures::new(classes), draw);
    let few = too_few(&figures.tally);
    let unless_few = |name: &str, interval: Interval| match &few {
        Some(why) if is_over_classes(name) && method.resamples > 0 => Err(why.clone()),
        _ => interval,
    };
    for ((name, value), interval) in Figures::NAMES.into_iter().zip(values).zip(intervals) {
        add(report, name, value, unless_few(name, interval));
    }

    let occurring: Vec<u32> = figures.tally.classes().collect();
    let supported: Vec<u32> = occurring.iter().copied().filter(|&class| figures.tally.support(class) > 0).collect();
    let truths: Vec<Option<u32>> = outcomes.iter().map(|outcome| outcome.map(|outcome| outcome.truth)).collect();
    let curves = curves::curves(version, &truths, &supported, method, few.is_none())?;
    for ((name, value), interval) in curves::NAMES.into_iter().zip(means(&curves.classes)).zip(curves.intervals) {
        add(report, name, value, unless_few(name, interval));
    }
    let areas: BTreeMap<u32, Areas> = supported.into_iter().zip(curves.classes).collect();
    let class = |index: u32| {
        let Areas { roc_auc, average_precision } = areas.get(&index).copied().unwrap_or_default();
        Class { roc_auc, average_precision, ..Class::new(&figures.tally, index, version.labels.name(index)) }
    };
    report.classes = occurring.into_iter().map(class).collect();
    report.confusions = cells(&confusions);
    report.calibration = calibration(&figures.bins);
    report.mistakes = mistakes(data, version, outcomes, thumbnail);
    Ok(())
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
