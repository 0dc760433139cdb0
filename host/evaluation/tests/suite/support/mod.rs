//! Evaluations of models that answer as they are told.

use maasm_evaluation::Report;
use maasm_evaluation::data::{Dataset, Labels, Limits};
use maasm_evaluation::report::{Candidate, Host, Scores, Search, Subject};
use maasm_evaluation::run::{self, Answers, Effort, Fault, Options, Scored, Scorer, Scorers, Thumbnail, Times};
use maasm_evaluation::summary::{self, Answered, Method};
use std::path::Path;
use tempfile::TempDir;

/// Answers are a function of the sample's bytes and this number.
#[derive(Clone, Copy)]
pub struct Told {
    pub seed: u64,
    pub width: usize,
    /// Whether the answers are probabilities.
    pub classes: bool,
}

impl Scorers for Told {
    type Scorer = Self;

    fn scorer(&self) -> Result<Self, String> {
        Ok(*self)
    }
}

impl Scorer for Told {
    /// The sample's bytes are its class or number in decimal digits; every seventh is refused.
    fn score(&mut self, sample: &[u8]) -> Result<Scored, Fault> {
        let text = str::from_utf8(sample).unwrap();
        let number: u64 = text.parse().unwrap();
        if number % 17 == 16 {
            return Err(Fault::Sample("it is <b>odd</b>".into()));
        }
        let mut state = number ^ self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f32 / (1u64 << 31) as f32
        };
        let mut values: Vec<f32> = (0..self.width).map(|_| 4.0 * draw()).collect();
        if self.classes {
            values[number as usize % self.width] += 3.0;
            values = maasm_metrics::softmax(&values);
        }
        let total = 1_000_000 + (1e6 * draw()) as u64;
        let times = Times { decode: total / 4, preprocess: total / 8, inference: total / 2, total };
        Ok(Scored { values, times })
    }

    fn thumbnail(&mut self, sample: &[u8], longest: u32) -> Option<Thumbnail> {
        let shade = sample.iter().fold(0u8, |shade, byte| shade.wrapping_mul(31).wrapping_add(*byte));
        let pixels = (0..longest * 40).flat_map(|index| [shade, index as u8, (index / longest) as u8 * 5]).collect();
        Some(Thumbnail { width: longest, height: 40, pixels })
    }
}

/// So many samples in so many classes; the truth is a number if there are none.
pub fn data(samples: usize, classes: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from(if classes > 0 { "file,name,label\n" } else { "file,name,target\n" });
    for sample in 0..samples {
        std::fs::write(folder.path().join(sample.to_string()), sample.to_string()).unwrap();
        let truth = if classes > 0 { (sample % classes).to_string() } else { format!("\"[{sample}.5, -1]\"") };
        table += &format!("{sample},photo {sample:05} <i>.jpg,{truth}\n");
    }
    std::fs::write(folder.path().join("manifest.csv"), table).unwrap();
    folder
}

pub fn labels(classes: usize) -> Labels {
    let names: Vec<String> = (0..classes).map(|class| format!("<script>class</script> & “{class}” of many")).collect();
    Labels::new(&names, classes)
}

pub fn subject(version: &str) -> Subject {
    Subject {
        name: "birds-<of-prey>".into(),
        version: version.into(),
        digest: format!("sha256:{}", version.replace('.', "a").repeat(12)),
        source_digest: format!("sha256:{:064}", 7),
        size: 19 << 20,
        parameters: 4_650_000,
    }
}

/// The answers of a model to this data.
pub fn answers(data: &Dataset, told: Told, threads: usize, checkpoint: Option<&Path>) -> (Answers, Effort) {
    let options = Options {
        threads,
        width: told.width,
        checkpoint,
        identity: "a model",
        progress: &|_| {},
        cancelled: &|| false,
    };
    run::run(data, &told, &options).unwrap()
}

/// A whole report, with a comparison if a second seed is given.
pub fn report(samples: usize, classes: usize, threads: usize, other: Option<u64>) -> Report {
    let folder = data(samples, classes);
    let data = Dataset::open(folder.path(), &Limits::default()).unwrap().named("photos & more");
    let (width, labels) = if classes > 0 { (classes, labels(classes)) } else { (2, labels(0)) };
    let told = |seed| Told { seed, width, classes: classes > 0 };
    let (own, effort) = answers(&data, told(1), threads, None);
    let baseline = other.map(|seed| answers(&data, told(seed), threads, None).0);
    let answered = |version: &str, answers| Answered {
        subject: subject(version),
        labels: &labels,
        scores: Some(Scores::Probabilities),
        answers,
    };
    let method = Method { resamples: 200, threads, ..Method::default() };
    let against = baseline.as_ref().map(|answers| answered("1.0.0", answers));
    let mut scorer = told(1);
    let small = |sample: &[u8]| scorer.thumbnail(sample, 60);
    let version = answered("1.1.0", &own);
    let mut report = summary::summarize(&data, &version, against.as_ref(), &method, small).unwrap();
    let host = Host { maasm: "0.1.0".into(), system: "linux".into(), architecture: "x86_64".into(), processors: 2 };
    report.search = other.map(|_| search());
    report.run = Some(summary::describe_run(&own, &effort, host, "2026-01-01T00:00:00Z".into()).unwrap());
    report
}

/// Some versions that were tried.
fn search() -> Search {
    let candidate = |(recipe, size, time, accuracy): (&str, u64, f64, f64)| Candidate {
        recipe: recipe.into(),
        size,
        time,
        accuracy,
        frontier: false,
        chosen: recipe.contains("int8"),
    };
    let tried = [
        ("as it is", 18_800_000, 1.0, 0.92),
        ("--weights=f16", 9_700_000, 1.02, 0.92),
        ("--quantize=int8 --keep-float=3", 5_700_000, 0.5, 0.91),
        ("--prune-channels=0.3", 12_000_000, 0.6, 0.05),
        ("--low-rank=0.9", 17_000_000, 1.1, 0.4),
    ];
    let mut search = Search { samples: 100, candidates: tried.map(candidate).into() };
    search.mark_frontier();
    search
}
