//! Figures of answers that are not as they should be, or of few classes; expected values are scikit-learn's.

use crate::support::{labels, subject};
use maasm_evaluation::Report;
use maasm_evaluation::data::{Dataset, Limits};
use maasm_evaluation::report::Scores;
use maasm_evaluation::run::{self, Fault, Options, Scored, Scorer, Scorers, Thumbnail, Times};
use maasm_evaluation::summary::{self, Answered, Method};

/// Answers a sample, whose bytes are its number, with the scores of that number.
struct Given(Vec<Vec<f32>>);

impl Scorers for Given {
    type Scorer = Self;

    fn scorer(&self) -> Result<Self, String> {
        Ok(Self(self.0.clone()))
    }
}

impl Scorer for Given {
    fn score(&mut self, sample: &[u8]) -> Result<Scored, Fault> {
        let number: usize = str::from_utf8(sample).unwrap().parse().unwrap();
        Ok(Scored { values: self.0[number].clone(), times: Times::default() })
    }

    fn thumbnail(&mut self, _: &[u8], _: u32) -> Option<Thumbnail> {
        None
    }
}

/// Reports on these samples: the true class of each, and its scores.
fn report(samples: &[(usize, Vec<f32>)]) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from("file,label\n");
    for (number, (truth, _)) in samples.iter().enumerate() {
        std::fs::write(folder.path().join(number.to_string()), number.to_string()).unwrap();
        table += &format!("{number},{truth}\n");
    }
    std::fs::write(folder.path().join("manifest.csv"), table).unwrap();
    let data = Dataset::open(folder.path(), &Limits::default()).unwrap();
    let width = samples[0].1.len();
    let scorers = Given(samples.iter().map(|(_, scores)| scores.clone()).collect());
    let options =
        Options { threads: 1, width, checkpoint: None, identity: "a model", progress: &|_| {}, cancelled: &|| false };
    let (answers, _) = run::run(&data, &scorers, &options).unwrap();
    let labels = labels(width);
    let scores = Some(Scores::Probabilities);
    let answered = Answered { subject: subject("1.0.0"), labels: &labels, scores, answers: &answers };
    let method = Method { resamples: 100, ..Method::default() };
    summary::summarize(&data, &answered, None, &method, |_| None).unwrap()
}

#[test]
fn a_sample_with_a_score_that_is_no_number_counts_as_failed_and_for_nothing_else() {
    let sound = || vec![(0, vec![0.7, 0.2, 0.1]), (1, vec![0.1, 0.8, 0.1]), (2, vec![0.5, 0.2, 0.3])];
    let expected = report(&sound());
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let found = report(&[sound(), vec![(2, vec![0.5, bad, 0.3])]].concat());
        assert_eq!((found.evaluated, found.failed), (3, 1));
        assert!(found.failures[0].reason.contains("element 1"), "{}", found.failures[0].reason);
        assert_eq!(found.metrics, expected.metrics);
        assert_eq!(found.confusions, expected.confusions);
    }
}

#[test]
fn equal_scores_are_ranked_as_scikit_learn_ranks_them() {
    // sklearn.metrics.top_k_accuracy_score(range(10), numpy.full((10, 10), 0.1), k=5) is 0.5: it takes the last five
    // classes. accuracy_score(range(10), numpy.full((10, 10), 0.1).argmax(axis=1)) is 0.1.
    let all: Vec<_> = (0..10).map(|truth| (truth, vec![0.1; 10])).collect();
    let figures = report(&all);
    assert_eq!((figures.metric("top_5_accuracy"), figures.metric("accuracy")), (Some(0.5), Some(0.1)));
    let last: Vec<_> = (5..10).map(|truth| (truth, vec![0.1; 10])).collect();
    assert_eq!(report(&last).metric("top_5_accuracy"), Some(1.0));
}

#[test]
fn of_five_classes_or_fewer_the_true_one_is_always_among_five() {
    // sklearn.metrics.top_k_accuracy_score(..., k=5) is 1, with a warning that this says nothing.
    for classes in [2, 3, 5] {
        let scores = vec![1.0 / classes as f32; classes];
        let samples: Vec<_> = (0..4).map(|sample| (sample % classes, scores.clone())).collect();
        assert_eq!(report(&samples).metric("top_5_accuracy"), Some(1.0));
    }
}
