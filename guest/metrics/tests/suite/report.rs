//! Given answers and the truth, the report holds what scikit-learn 1.9 makes of them.

use maasm_metrics::{Report, SampleError};

/// Probabilities of three classes, and the true class.
const SAMPLES: [([f32; 3], u32); 5] =
    [([0.7, 0.2, 0.1], 0), ([0.1, 0.6, 0.3], 2), ([0.25, 0.25, 0.5], 1), ([0.05, 0.9, 0.05], 1), ([0.3, 0.3, 0.4], 2)];

/// A confident mistake: the true class has a score of 0.
const MISTAKE: ([f32; 3], u32) = ([1.0, 0.0, 0.0], 1);

fn report(samples: &[([f32; 3], u32)]) -> Report {
    let mut report = Report::new(3);
    for (scores, label) in samples {
        report.add(scores, *label).unwrap();
    }
    report
}

fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}

#[test]
fn ranks_count_where_the_truth_came_as_top_k_accuracy_score_does() {
    // sklearn.metrics.top_k_accuracy_score(..., k=1, 2, 3, normalize=False): 3, 5, 5. The third sample's true class ties with
    // a lower index, before which it comes.
    assert_eq!(report(&SAMPLES).ranks, [3, 2, 0]);
}

#[test]
fn where_all_scores_are_equal_the_last_classes_count_as_the_likeliest() {
    // sklearn.metrics.top_k_accuracy_score([0, 1, 2], numpy.full((3, 3), 1 / 3), k=1 and 2): 1/3 and 2/3
    let third = 1.0 / 3.0;
    let all: Vec<_> = (0..3).map(|truth| ([third; 3], truth)).collect();
    assert_eq!(report(&all).ranks, [1, 1, 1]);
    assert_eq!(report(&[([third; 3], 2)]).ranks, [1, 0, 0]);
}

#[test]
fn a_sample_with_a_score_that_is_no_number_is_refused() {
    let mut report = report(&SAMPLES);
    let before = report.clone();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(report.add(&[0.5, bad, 0.5], 0), Err(SampleError::NotFinite { class: 1 }));
    }
    assert_eq!(report, before);
}

#[test]
fn confusions_are_those_of_confusion_matrix() {
    // sklearn.metrics.confusion_matrix of the six samples: [[1, 0, 0], [1, 1, 1], [0, 1, 1]]
    let report = report(&[&SAMPLES[..], &[MISTAKE]].concat());
    let cells: Vec<((u32, u32), u64)> = report.confusions.into_iter().collect();
    assert_eq!(cells, [((0, 0), 1), ((1, 0), 1), ((1, 1), 1), ((1, 2), 1), ((2, 1), 1), ((2, 2), 1)]);
}

#[test]
fn losses_are_those_of_log_loss_and_brier_score_loss() {
    // sklearn.metrics.log_loss(..., normalize=False)
    assert_close(report(&SAMPLES).log_loss_sum, 3.968_593_345_799_802);
    // sklearn.metrics.brier_score_loss(..., scale_by_half=False) of the six samples, times six
    assert_close(report(&[&SAMPLES[..], &[MISTAKE]].concat()).brier_sum, 4.430_000_032_931_568);
}

#[test]
fn a_score_of_zero_for_the_truth_costs_as_much_as_the_smallest_normal_number() {
    // -numpy.log(numpy.finfo(numpy.float32).tiny)
    let report = report(&[MISTAKE]);
    assert!((report.log_loss_sum - 87.336_544_75).abs() < 1e-4, "{}", report.log_loss_sum);
}

#[test]
fn calibration_puts_each_sample_into_the_bin_of_its_highest_score() {
    let report = report(&[&SAMPLES[..], &[MISTAKE]].concat());
    let filled: Vec<(usize, u64, u64)> = (0..15)
        .map(|i| (i, report.calibration[i].count, report.calibration[i].correct))
        .filter(|&(_, count, _)| count > 0)
        .collect();
    // Scores 0.4, 0.5, 0.6, 0.7, 0.9 and 1.0, times 15; 0.6f32 lies just above 9/15.
    assert_eq!(filled, [(6, 1, 1), (7, 1, 0), (9, 1, 0), (10, 1, 1), (13, 1, 1), (14, 1, 0)]);
    let sum: f64 = report.calibration.iter().map(|bin| bin.confidence_sum).sum();
    assert_close(sum, 0.4 + 0.5 + 0.6 + 0.7 + 0.9 + 1.0);
}

#[test]
fn batches_merge_to_what_all_samples_together_give() {
    let mut merged = report(&SAMPLES[..2]);
    merged.merge(&report(&SAMPLES[2..])).unwrap();
    let together = report(&SAMPLES);
    assert_eq!((merged.samples, &merged.ranks), (together.samples, &together.ranks));
    assert_eq!(merged.confusions, together.confusions);
    assert_close(merged.log_loss_sum, together.log_loss_sum);
    assert_close(merged.brier_sum, together.brier_sum);
    for (merged, together) in merged.calibration.iter().zip(&together.calibration) {
        assert_eq!((merged.count, merged.correct), (together.count, together.correct));
        assert_close(merged.confidence_sum, together.confidence_sum);
    }
}

#[test]
fn the_same_samples_give_the_same_bits() {
    assert_eq!(report(&SAMPLES), report(&SAMPLES));
}

#[test]
fn a_label_that_is_no_class_and_scores_of_another_model_are_refused_and_not_counted() {
    let mut report = Report::new(3);
    assert_eq!(report.add(&[0.1, 0.2, 0.7], 3), Err(SampleError::Label { label: 3, classes: 3 }));
    assert_eq!(report.add(&[0.5, 0.5], 0), Err(SampleError::Scores { found: 2, classes: 3 }));
    assert_eq!(report.merge(&Report::new(4)), Err(SampleError::Scores { found: 4, classes: 3 }));
    assert_eq!(report, Report::new(3));
}
