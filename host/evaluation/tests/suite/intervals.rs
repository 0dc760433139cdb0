//! Intervals contain their own figure, or there is none and the report says why.

use crate::support::report;
use maasm_evaluation::Report;

fn assert_sound(report: &Report) {
    for (name, estimate) in &report.metrics {
        let (Some(value), Some(low), Some(high)) = (estimate.value, estimate.low, estimate.high) else { continue };
        assert!(low <= value && value <= high, "{name}: {value} is not in {low} to {high}");
        assert!(!report.intervals.omitted.contains_key(name), "{name} has an interval and a reason for none");
    }
    for name in report.intervals.omitted.keys() {
        assert!(report.metrics[name].value.is_some() && report.metrics[name].low.is_none(), "{name}");
    }
}

#[test]
fn of_classes_with_one_sample_each_there_are_no_intervals_of_means_over_classes() {
    let report = report(800, 800, 2, Some(2));
    assert_sound(&report);
    for name in ["balanced_accuracy", "recall_macro", "precision_macro", "f1_macro", "average_precision_macro"] {
        let why = report.intervals.omitted.get(name).unwrap_or_else(|| panic!("{name} has {:?}", report.metrics[name]));
        assert!(why.contains("classes have fewer than 10 samples"), "{name}: {why}");
        let difference = report.comparison.as_ref().unwrap().metrics.get(name);
        assert!(difference.is_none_or(|change| change.difference.low.is_none()), "{name} of both");
    }
    for name in ["accuracy", "top_5_accuracy", "log_loss", "brier_score", "cohen_kappa"] {
        assert!(report.metrics[name].low.is_some(), "{name} has no interval: {:?}", report.intervals.omitted);
    }
}

#[test]
fn of_classes_with_many_samples_each_all_figures_have_intervals() {
    let report = report(1000, 10, 2, None);
    assert_sound(&report);
    let without: Vec<_> = report.metrics.iter().filter(|(_, estimate)| estimate.low.is_none()).collect();
    assert!(without.iter().all(|(name, _)| report.intervals.omitted.contains_key(*name)), "{without:?}");
    for name in ["recall_macro", "precision_macro", "f1_macro", "roc_auc_macro", "average_precision_macro"] {
        assert!(report.metrics[name].low.is_some(), "{name}: {:?}", report.intervals.omitted);
    }
}

#[test]
fn intervals_contain_their_figures_however_many_samples_and_classes_there_are() {
    for (samples, classes) in [(5, 3), (30, 2), (40, 20), (200, 7), (300, 150)] {
        assert_sound(&report(samples, classes, 2, None));
    }
}
