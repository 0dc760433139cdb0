//! Every figure is scikit-learn's, to a billionth, on random samples and on degenerate ones.

use fastrand::Rng;
use maasm_metrics::{
    Average, Bin, Figures, Outcome, Regression, Report, Tally, average_precision, brier_score,
    expected_calibration_error, log_loss, mcnemar, percentile, roc_auc, softmax, top, top_k_accuracy,
};
use maasm_tests::python;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::process::Command;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scikit_learn.py");
const NEAR: f64 = 1e-9;

/// Asks scikit-learn about all cases at once; nothing, and the reason printed, where there is none.
fn scikit_learn(cases: &[Value]) -> Option<Vec<Map<String, Value>>> {
    let python = python::interpreter()?;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.json");
    std::fs::write(&file, serde_json::to_vec(cases).unwrap()).unwrap();
    let output = Command::new(python).arg(Path::new(SCRIPT)).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Compares each figure; what scikit-learn calls undefined is `null` there and none here.
#[track_caller]
fn agree(case: &Value, theirs: &Map<String, Value>, ours: &[(&str, Option<f64>)]) {
    assert_eq!(ours.len(), theirs.len(), "a figure is missing: {:?}", theirs.keys());
    for (name, ours) in ours {
        let theirs = theirs[*name].as_f64();
        let near = match (ours, theirs) {
            (Some(ours), Some(theirs)) => (ours - theirs).abs() <= NEAR * theirs.abs().max(1.0),
            (None, None) => true,
            _ => false,
        };
        assert!(near, "{name} is {ours:?} here and {theirs:?} there, of {case}");
    }
}

/// Samples of a classifier: the truth, and the probability of each class.
#[derive(Clone)]
struct Answers {
    truth: Vec<u32>,
    probabilities: Vec<Vec<f32>>,
}

impl Answers {
    /// Made at random: sometimes few classes or samples, sometimes classes that never come, sometimes scores that are
    /// often equal, sometimes a classifier that is good, bad or always wrong.
    fn random(random: &mut Rng) -> Self {
        let classes = [2, 2, 3, 5, 20, 200][random.usize(..6)];
        let samples = [1, 2, 3, 10, 50, 300][random.usize(..6)];
        let present = random.u32(1..=classes);
        let steps = [0.0f32, 2.0, 1.0][random.usize(..3)];
        let skill = [-3.0f32, 0.0, 1.0, 4.0, 30.0][random.usize(..5)];
        let truth: Vec<u32> = (0..samples).map(|_| random.u32(..present)).collect();
        let logits = |random: &mut Rng, truth: u32| {
            let mut logits: Vec<f32> = (0..classes).map(|_| random.f32() * 4.0).collect();
            logits[truth as usize] += skill;
            if steps > 0.0 {
                logits.iter_mut().for_each(|logit| *logit = (*logit / steps).round() * steps);
            }
            softmax(&logits)
        };
        let probabilities = truth.iter().map(|&truth| logits(random, truth)).collect();
        Self { truth, probabilities }
    }

    fn degenerate() -> Vec<Self> {
        let one_hot = |class: usize, classes: usize| (0..classes).map(|i| f32::from(u8::from(i == class))).collect();
        let of = |truth: &[u32], answers: &[usize], classes| Self {
            truth: truth.into(),
            probabilities: answers.iter().map(|&class| one_hot(class, classes)).collect(),
        };
        let uniform = Self { truth: vec![0, 1, 2, 1], probabilities: vec![vec![0.25; 4]; 4] };
        vec![
            of(&[0, 0, 0], &[0, 0, 0], 2),
            of(&[1, 1, 1], &[0, 0, 0], 2),
            of(&[0, 1, 0, 1], &[1, 0, 1, 0], 2),
            of(&[0, 1, 2], &[1, 2, 0], 3),
            of(&[0, 1, 2], &[0, 1, 2], 5),
            of(&[3, 3, 4], &[0, 0, 0], 5),
            of(&[2], &[2], 3),
            of(&[2], &[1], 3),
            uniform,
        ]
    }

    fn case(&self) -> Value {
        json!({ "kind": "classifier", "truth": self.truth, "probabilities": self.probabilities, "answers": self.answers() })
    }

    fn answers(&self) -> Vec<u32> {
        self.probabilities.iter().map(|row| top(row, 1)[0] as u32).collect()
    }

    fn figures(&self) -> Vec<(&'static str, Option<f64>)> {
        let classes = self.probabilities[0].len();
        let (mut tally, mut report, mut figures) = (Tally::new(classes), Report::new(classes), Figures::new(classes));
        for ((&truth, answer), row) in self.truth.iter().zip(self.answers()).zip(&self.probabilities) {
            tally.add(truth, answer, 1);
            report.add(row, truth).unwrap();
            figures.add(&Outcome::of(row, truth));
        }
        let top_5 = Figures::NAMES.iter().position(|name| *name == "top_5_accuracy").unwrap();
        let count = self.truth.len() as f64;
        let rows = || self.truth.iter().map(|&truth| truth as usize).zip(&self.probabilities);
        let losses: f64 = rows().map(|(truth, row)| log_loss(f64::from(row[truth]))).sum();
        let briers: f64 = rows().map(|(truth, row)| brier_score(row, truth)).sum();
        let [macros, micros, weighted] =
            [Average::Macro, Average::Micro, Average::Weighted].map(|how| tally.average(how));
        let first = self.truth[0];
        let one = || rows().map(|(truth, row)| (row[first as usize], truth == first as usize)).collect::<Vec<_>>();
        vec![
            ("accuracy", tally.accuracy()),
            ("balanced_accuracy", tally.balanced_accuracy()),
            ("cohen_kappa", tally.cohen_kappa()),
            ("matthews_corrcoef", tally.matthews_corrcoef()),
            ("precision_macro", macros.precision),
            ("recall_macro", macros.recall),
            ("f1_macro", macros.f1),
            ("precision_micro", micros.precision),
            ("recall_micro", micros.recall),
            ("f1_micro", micros.f1),
            ("precision_weighted", weighted.precision),
            ("recall_weighted", weighted.recall),
            ("f1_weighted", weighted.f1),
            ("precision_first", tally.rates(first).precision),
            ("recall_first", tally.rates(first).recall),
            ("f1_first", tally.rates(first).f1),
            ("roc_auc_first", roc_auc(&mut one())),
            ("average_precision_first", average_precision(&mut one())),
            ("log_loss", Some(losses / count)),
            ("brier_score", Some(briers / count)),
            ("expected_calibration_error", expected_calibration_error(&report.calibration)),
            ("top_1_accuracy", top_k_accuracy(&report.ranks, 1)),
            ("top_2_accuracy", top_k_accuracy(&report.ranks, 2)),
            ("top_5_accuracy", figures.values()[top_5]),
        ]
    }
}

#[test]
fn figures_of_classifiers_are_scikit_learns() {
    let mut random = Rng::with_seed(5);
    let mut samples = Answers::degenerate();
    samples.extend((0..300).map(|_| Answers::random(&mut random)));
    let cases: Vec<_> = samples.iter().map(Answers::case).collect();
    let Some(theirs) = scikit_learn(&cases) else { return };
    for ((samples, case), theirs) in samples.iter().zip(&cases).zip(&theirs) {
        agree(case, theirs, &samples.figures());
    }
}

#[test]
fn figures_of_numbers_are_scikit_learns() {
    let mut random = Rng::with_seed(6);
    let mut cases = vec![];
    for number in 0..200 {
        let (samples, outputs) = ([1, 2, 3, 100][random.usize(..4)], [1, 2, 7][random.usize(..3)]);
        // Large means, constant truths, perfect predictions, zeros.
        let (offset, spread, error) =
            ([0.0, 1e6][random.usize(..2)], [0.0, 1.0, 100.0][random.usize(..3)], [0.0, 0.1, 10.0][random.usize(..3)]);
        let offset = if number % 10 == 0 { 0.0 } else { offset };
        let mut rows = |around: &dyn Fn(&mut Rng, usize, usize) -> f64| -> Vec<Vec<f64>> {
            (0..samples).map(|i| (0..outputs).map(|j| around(&mut random, i, j)).collect()).collect()
        };
        let truth = rows(&|random, _, _| offset + spread * random.f64());
        let predicted = rows(&|random, i, j| truth[i][j] + error * (random.f64() - 0.5));
        cases.push(json!({ "kind": "numbers", "truth": truth, "predicted": predicted }));
    }
    let Some(theirs) = scikit_learn(&cases) else { return };
    let numbers = |row: &Value| row.as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect::<Vec<_>>();
    for (case, theirs) in cases.iter().zip(&theirs) {
        let (truth, predicted) = (case["truth"].as_array().unwrap(), case["predicted"].as_array().unwrap());
        let mut figures = Regression::new(truth[0].as_array().unwrap().len());
        for (truth, predicted) in truth.iter().zip(predicted) {
            figures.add(&numbers(truth), &numbers(predicted));
        }
        let ours = [
            ("mean_absolute_error", figures.mean_absolute_error()),
            ("root_mean_squared_error", figures.root_mean_squared_error()),
            ("r2", figures.r2()),
            ("cosine_similarity", figures.cosine_similarity()),
        ];
        agree(case, theirs, &ours);
    }
}

#[test]
fn mcnemars_test_is_scipys_binomial_test() {
    let mut cases = vec![json!({ "kind": "mcnemar", "lost": 0, "won": 0 })];
    let mut random = Rng::with_seed(7);
    for most in [5u64, 40, 1000, 100_000, 1_000_000] {
        for _ in 0..20 {
            let lost = random.u64(..=most);
            let near = lost + random.u64(..=1 + most / 100);
            cases.push(json!({ "kind": "mcnemar", "lost": lost, "won": random.u64(..=most) }));
            cases.push(json!({ "kind": "mcnemar", "lost": lost, "won": near }));
        }
    }
    let Some(theirs) = scikit_learn(&cases) else { return };
    for (case, theirs) in cases.iter().zip(&theirs) {
        let p_value = mcnemar(case["lost"].as_u64().unwrap(), case["won"].as_u64().unwrap());
        agree(case, theirs, &[("p_value", Some(p_value))]);
    }
}

#[test]
fn percentiles_are_numpys() {
    let mut random = Rng::with_seed(8);
    let cases: Vec<_> = (0..50)
        .map(|_| {
            let numbers: Vec<f64> = (0..random.usize(1..60)).map(|_| random.f64()).collect();
            json!({ "kind": "percentile", "numbers": numbers, "percent": random.f64() * 100.0 })
        })
        .collect();
    let Some(theirs) = scikit_learn(&cases) else { return };
    for (case, theirs) in cases.iter().zip(&theirs) {
        let mut numbers: Vec<f64> = serde_json::from_value(case["numbers"].clone()).unwrap();
        numbers.sort_by(f64::total_cmp);
        agree(case, theirs, &[("percentile", percentile(&numbers, case["percent"].as_f64().unwrap()))]);
    }
}

#[test]
fn without_samples_there_are_no_figures() {
    let tally = Tally::new(3);
    let figures = [tally.accuracy(), tally.balanced_accuracy(), tally.cohen_kappa(), tally.matthews_corrcoef()];
    assert_eq!(figures, [None; 4]);
    assert_eq!(tally.average(Average::Macro).f1, None);
    assert_eq!(expected_calibration_error(&[Bin::default(); 15]), None);
    assert_eq!(top_k_accuracy(&[0, 0], 1), None);
    assert_eq!(Regression::new(2).mean_absolute_error(), None);
    assert_eq!((roc_auc(&mut []), average_precision(&mut [])), (None, None));
}
