//! What is fitted is what scikit-learn and SciPy fit, on random samples and on scikit-learn's own.

mod samples;

use fastrand::Rng;
use maasm_tests::python;
use maasm_tuning::Matrix;
use maasm_tuning::logistic::{self, Options};
use maasm_tuning::select::{CrossValidation, cross_validate};
use maasm_tuning::temperature::{self, Bound};
use maasm_tuning::thresholds::{self, Target};
use samples::{Samples, normal};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scikit_learn.py");

/// Asks scikit-learn about all cases at once; nothing, and the reason printed, where there is none.
fn scikit_learn(cases: &[Value]) -> Option<Vec<Value>> {
    let python = python::interpreter()?;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.json");
    std::fs::write(&file, serde_json::to_vec(cases).unwrap()).unwrap();
    // With more threads than idle cores BLAS waits for itself most of the time.
    let single = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"].map(|name| (name, "1"));
    let output = Command::new(python).arg(Path::new(SCRIPT)).arg(&file).envs(single).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn rows(values: &[f32], columns: usize) -> Vec<&[f32]> {
    values.chunks(columns).collect()
}

/// The likeliest class of each row.
fn answers(logits: &[f32], classes: usize) -> Vec<u32> {
    logits.chunks(classes).map(|row| maasm_metrics::top(row, 1)[0] as u32).collect()
}

/// The share of equal elements.
fn alike(a: &[u32], b: &[u32]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).filter(|(a, b)| a == b).count() as f64 / a.len() as f64
}

#[track_caller]
fn near(ours: f64, theirs: &Value, tolerance: f64, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() <= tolerance * theirs.abs().max(1.0), "{what}: {ours} here and {theirs} there");
}

#[test]
fn heads_are_those_of_scikit_learn() {
    let mut random = Rng::with_seed(11);
    let shapes = [(40, 3, 2), (200, 20, 3), (300, 40, 20), (60, 1280, 5), (30, 300, 2)];
    let mut samples = vec![];
    for (number, (rows, columns, classes)) in shapes.into_iter().enumerate() {
        for (c, standardize) in [(0.01, true), (1.0, true), (1.0, false), (100.0, number % 2 == 0)] {
            samples.push((Samples::random(&mut random, rows, columns, classes), c, standardize));
        }
    }
    let case = |(samples, c, standardize): &(Samples, f64, bool)| {
        let features = rows(&samples.features, samples.columns);
        json!({ "kind": "logistic", "features": features, "labels": samples.labels, "c": c, "standardize": standardize })
    };
    let Some(theirs) = scikit_learn(&samples.iter().map(case).collect::<Vec<_>>()) else { return };
    for ((samples, c, standardize), theirs) in samples.iter().zip(&theirs) {
        let options = Options { c: *c, standardize: *standardize, ..Options::default() };
        let fit = logistic::fit(samples.matrix(), &samples.labels, samples.classes, &options).unwrap();
        let (columns, classes) = (samples.columns, samples.classes);
        let what = format!("{} × {columns}, {classes} classes, C {c}, scaled {standardize}", samples.labels.len());
        println!("{what}: {} steps, gradient {:.1e}", fit.iterations, fit.gradient_norm);
        assert!(fit.converged, "{what}");

        let mut ours: Vec<Vec<f64>> =
            fit.head.weights.chunks(columns).map(|row| row.iter().map(|&weight| f64::from(weight)).collect()).collect();
        ours.iter_mut().zip(&fit.head.bias).for_each(|(row, &bias)| row.push(f64::from(bias)));
        // scikit-learn has one row for two classes: what the second has more than the first.
        if classes == 2 {
            ours = vec![ours[0].iter().zip(&ours[1]).map(|(first, second)| second - first).collect()];
        }
        for (class, ours) in ours.iter().enumerate() {
            let bias = std::iter::once(&theirs["bias"][class]);
            for (ours, theirs) in ours.iter().zip(theirs["weights"][class].as_array().unwrap().iter().chain(bias)) {
                near(*ours, theirs, 1e-3, &what);
            }
        }
        let theirs: Vec<u32> = serde_json::from_value(theirs["answers"].clone()).unwrap();
        assert!(alike(&answers(&fit.head.logits(samples.matrix()).unwrap(), classes), &theirs) >= 0.995, "{what}");
    }
}

#[test]
fn digits_are_told_apart_as_by_scikit_learn() {
    let options = [(1.0, true), (0.01, true), (0.01, false)];
    let case = |(c, standardize): &(f64, bool)| json!({ "kind": "digits", "c": c, "standardize": standardize });
    let Some(theirs) = scikit_learn(&options.iter().map(case).collect::<Vec<_>>()) else { return };
    for ((c, standardize), theirs) in options.into_iter().zip(&theirs) {
        let (train, test) = (Samples::of(&theirs["train"]), Samples::of(&theirs["test"]));
        let options = Options { c, standardize, ..Options::default() };
        let fit = logistic::fit(train.matrix(), &train.labels, 10, &options).unwrap();
        let ours = answers(&fit.head.logits(test.matrix()).unwrap(), 10);
        let theirs: Vec<u32> = serde_json::from_value(theirs["answers"].clone()).unwrap();
        let (our_accuracy, their_accuracy) = (alike(&ours, &test.labels), alike(&theirs, &test.labels));
        println!(
            "digits, C {c}, scaled {standardize}: {our_accuracy} here, {their_accuracy} there, {} steps",
            fit.iterations
        );
        assert!(fit.converged);
        assert!((our_accuracy - their_accuracy).abs() <= 0.005 && our_accuracy > 0.9);
        assert!(alike(&ours, &theirs) >= 0.995, "{} alike", alike(&ours, &theirs));
    }
}

#[test]
fn scores_on_the_same_folds_are_those_of_scikit_learn() {
    let mut random = Rng::with_seed(12);
    let grid = [10.0, 1e-3, 0.1];
    let (mut samples, mut selections, mut cases) = (vec![], vec![], vec![]);
    for (shape, standardize, grouped) in
        [((200, 10, 4), true, false), ((90, 30, 3), false, true), ((60, 200, 2), true, true)]
    {
        let made = Samples::random(&mut random, shape.0, shape.1, shape.2);
        let groups: Vec<u32> = (0..shape.0 as u32).map(|row| row / 3).collect();
        let options = Options { standardize, ..Options::default() };
        let groups = grouped.then_some(&groups[..]);
        let how = CrossValidation { grid: &grid, folds: 4, seed: 3, groups, options };
        let selection = cross_validate(made.matrix(), &made.labels, made.classes, &how).unwrap();
        let (features, folds) = (rows(&made.features, made.columns), &selection.folds.assignment);
        cases
            .push(json!({ "kind": "select", "features": features, "labels": made.labels, "grid": grid, "folds": folds,
                           "standardize": standardize }));
        selections.push(selection);
        samples.push(made);
    }
    let Some(theirs) = scikit_learn(&cases) else { return };
    for ((selection, theirs), samples) in selections.iter().zip(&theirs).zip(&samples) {
        for (ours, theirs) in selection.scores.iter().zip(theirs.as_array().unwrap()) {
            assert!(ours.converged);
            near(ours.mean_accuracy, &theirs["mean"], 1e-12, "mean accuracy");
            near(ours.standard_deviation, &theirs["deviation"], 1e-12, "standard deviation");
            near(ours.log_loss, &theirs["log_loss"], 1e-5, "log loss");
        }
        let best = selection.scores.iter().map(|score| score.mean_accuracy).fold(0.0, f64::max);
        let chosen = selection.scores.iter().find(|score| score.c == selection.c).unwrap();
        assert_eq!(chosen.mean_accuracy, best);
        let held_out = answers(&selection.held_out_logits, samples.classes);
        let folds = (0..selection.folds.count).map(|fold| {
            let tested = |row: &usize| selection.folds.assignment[*row] == fold;
            let of = |values: &[u32]| (0..values.len()).filter(tested).map(|row| values[row]).collect::<Vec<_>>();
            alike(&of(&held_out), &of(&samples.labels))
        });
        assert_eq!(folds.collect::<Vec<_>>(), chosen.accuracies);
    }
}

#[test]
fn temperatures_are_those_of_scipy() {
    let mut random = Rng::with_seed(13);
    let (mut found, mut cases) = (vec![], vec![]);
    for (samples, classes) in [(1, 2), (5, 3), (200, 2), (200, 10), (2000, 20)] {
        for (sharpness, skill) in [(0.1, 2.0), (1.0, 2.0), (5.0, 2.0), (1.0, 0.0), (3.0, -1.0), (20.0, 9.0)] {
            let labels: Vec<u32> = (0..samples).map(|_| random.u32(..classes)).collect();
            let mut logits = vec![];
            for &label in &labels {
                let own = |class| if class == label { skill } else { 0.0 };
                logits.extend((0..classes).map(|class| sharpness * (own(class) + normal(&mut random))));
            }
            let fitted = temperature::fit(Matrix::new(&logits, classes as usize).unwrap(), &labels).unwrap();
            cases.push(json!({ "kind": "temperature", "logits": rows(&logits, classes as usize), "labels": labels,
                               "found": fitted.value }));
            found.push(fitted);
        }
    }
    assert!(found.iter().any(|fitted| fitted.bound.is_some()));
    let Some(theirs) = scikit_learn(&cases) else { return };
    for (ours, theirs) in found.iter().zip(&theirs) {
        // At an end SciPy stops where the loss is as flat as numbers can show, which is before it.
        let their_value = theirs["value"].as_f64().unwrap();
        match ours.bound {
            None => near(ours.value.ln(), &json!(their_value.ln()), 1e-5, "logarithm of the temperature"),
            Some(Bound::Lowest) => assert!(ours.value <= their_value),
            Some(Bound::Highest) => assert!(ours.value >= their_value),
        }
        near(ours.log_loss.before, &theirs["losses"][0], 1e-9, "log loss before");
        near(ours.log_loss.after, &theirs["losses"][1], 1e-7, "log loss after");
        assert!(ours.log_loss.after <= theirs["losses"][1].as_f64().unwrap() + 1e-12);
        near(ours.expected_calibration_error.before, &theirs["errors"][0], 1e-9, "calibration error before");
        near(ours.expected_calibration_error.after, &theirs["errors"][1], 1e-9, "calibration error after");
    }
}

#[test]
fn thresholds_are_points_of_scikit_learns_curve() {
    let mut random = Rng::with_seed(14);
    let (mut found, mut cases) = (vec![], vec![]);
    for number in 0..200 {
        let (samples, classes) = ([1, 5, 30, 300][random.usize(..4)], [1, 2, 5][random.usize(..3)]);
        let labels: Vec<u32> = (0..samples).map(|_| random.u32(..classes)).collect();
        // Often equal, and not equal.
        let steps = [4.0, 1e6][number % 2];
        let scores: Vec<f32> = (0..samples * classes).map(|_| (random.f32() * steps).round() / steps).collect();
        let value = [0.3, 0.5, 0.9, 1.0, random.f64().max(0.01)][random.usize(..5)];
        let (of, target) =
            [("recall", Target::Recall(value)), ("precision", Target::Precision(value))][random.usize(..2)];
        let matrix = Matrix::new(&scores, classes as usize).unwrap();
        found.push((thresholds::fit(matrix, &labels, target).unwrap(), of, value));
        cases.push(json!({ "kind": "thresholds", "scores": rows(&scores, classes as usize), "labels": labels,
                           "of": of, "target": value }));
    }
    let Some(theirs) = scikit_learn(&cases) else { return };
    for ((ours, of, target), theirs) in found.iter().zip(&theirs) {
        for (ours, theirs) in ours.iter().zip(theirs.as_array().unwrap()) {
            let Some(threshold) = ours.threshold else {
                assert!(theirs.is_null() && ours.support == 0);
                continue;
            };
            // As near as reading JSON is.
            near(f64::from(threshold), &theirs[0], 1e-15, of);
            near(ours.precision, &theirs[1], 1e-15, of);
            near(ours.recall, &theirs[2], 1e-15, of);
            let of = if *of == "recall" { ours.recall } else { ours.precision };
            assert_eq!(ours.reached, of >= *target);
        }
    }
}
