//! Two versions on the same samples.

use super::collect::{Collected, Detail};
use super::resamples::{intervals, is_over_classes, too_few};
use super::{Answered, Method, estimate, numbers};
use crate::data::Dataset;
use crate::report::{Change, Comparison, Flip, McNemar};
use maasm_metrics::{Figures, Outcome};
use std::collections::BTreeMap;

/// How many flipped samples are listed each way.
const LISTED: usize = 100;

/// What the baseline answers, beside the version.
pub fn compare(
    data: &Dataset,
    (version, own): (&Answered, &Collected),
    (baseline, other): (&Answered, &Collected),
    method: &Method,
) -> Comparison {
    let mut comparison = Comparison {
        baseline: baseline.subject.clone(),
        samples: 0,
        metrics: BTreeMap::new(),
        agreement: None,
        mcnemar: None,
        gained: Vec::new(),
        lost: Vec::new(),
        forced: None,
    };
    match (&own.detail, &other.detail) {
        (Detail::Classes(own), Detail::Classes(other)) => {
            let both = own.iter().zip(other).enumerate();
            let both: Vec<Both> = both.filter_map(|(index, (own, other))| Some((index, (*own)?, (*other)?))).collect();
            classes(&mut comparison, (version, baseline), &both, method);
            flips(&mut comparison, data, (version, baseline), &both);
        }
        (Detail::Numbers(own), Detail::Numbers(other)) => {
            let (samples, [values, of_baseline], intervals) = own.compare(other, method);
            comparison.samples = samples as u64;
            let changes = values.into_iter().zip(of_baseline).zip(intervals);
            let changes = changes.map(|((value, baseline), interval)| change(value, baseline, interval));
            comparison.metrics = numbers::NAMES.into_iter().map(String::from).zip(changes).collect();
        }
        // One data set is about one or the other.
        _ => {}
    }
    comparison
}

/// A sample that both answer: its number, and both outcomes.
type Both = (usize, Outcome, Outcome);

fn classes(comparison: &mut Comparison, (version, baseline): (&Answered, &Answered), both: &[Both], method: &Method) {
    let new = || [version, baseline].map(|side| Figures::new(side.answers.width()));
    let count = |sides: &mut [Figures; 2], (_, own, other): &Both| {
        sides[0].add(own);
        sides[1].add(other);
    };
    let mut sides = new();
    both.iter().for_each(|sample| count(&mut sides, sample));
    let [own, other] = sides.each_ref().map(Figures::values);
    let differences = std::array::from_fn::<_, { Figures::NAMES.len() }, _>(|place| Some(own[place]? - other[place]?));
    let intervals = intervals(method, both.len(), differences, new, |sides, resample| {
        sides.iter_mut().for_each(Figures::clear);
        resample.for_each(|index| count(sides, &both[index]));
        let [own, other] = sides.each_ref().map(|side| side.values());
        std::array::from_fn(|place| Some(own[place]? - other[place]?))
    });
    let few = too_few(&sides[0].tally).is_some();
    let names = Figures::NAMES.into_iter().zip(intervals).enumerate();
    let changes = names.map(|(place, (name, interval))| {
        let interval = interval.ok().flatten().filter(|_| !few || !is_over_classes(name));
        (name.into(), change(own[place], other[place], interval))
    });
    comparison.samples = both.len() as u64;
    comparison.metrics = changes.collect();
    let alike = both.iter().filter(|(_, own, other)| own.predicted == other.predicted).count();
    comparison.agreement = (!both.is_empty()).then(|| alike as f64 / both.len() as f64);
}

fn flips(comparison: &mut Comparison, data: &Dataset, (version, baseline): (&Answered, &Answered), both: &[Both]) {
    let only = |right: fn(&Both) -> bool| both.iter().filter(move |sample| right(sample));
    let gained = |(_, own, other): &Both| own.is_right() && !other.is_right();
    let lost = |(_, own, other): &Both| !own.is_right() && other.is_right();
    let flip = |&(index, own, other): &Both| Flip {
        sample: data.sample(index).into(),
        expected: version.labels.name(own.truth),
        before: baseline.labels.name(other.predicted),
        after: version.labels.name(own.predicted),
    };
    comparison.gained = only(gained).take(LISTED).map(flip).collect();
    comparison.lost = only(lost).take(LISTED).map(flip).collect();
    let (gained, lost) = (only(gained).count() as u64, only(lost).count() as u64);
    comparison.mcnemar = Some(McNemar { gained, lost, p_value: maasm_metrics::mcnemar(lost, gained) });
}

fn change(value: Option<f64>, baseline: Option<f64>, interval: Option<(f64, f64)>) -> Change {
    let difference = value.zip(baseline).map(|(value, baseline)| value - baseline);
    Change { value, baseline, difference: estimate(difference, interval) }
}
