//! A classifier gets a last layer for other labels, fitted to the features that the version itself computes.

use super::optimize::{apart, named, reference};
use super::score::session;
use super::{Error, Evaluate, Service};
use crate::tensors::floats;
use maasm_component::{Recipe, Threshold, Tuned};
use maasm_engine::{Engine, EngineOptions, Model};
use maasm_evaluation::Report;
use maasm_evaluation::data::{Dataset, Labels, Truth};
use maasm_evaluation::run::Progress;
use maasm_evaluation::summary::Method;
use maasm_metrics::softmax;
use maasm_package::build::{BuildError, BuildRequest};
use maasm_package::optimize::Head;
use maasm_registry::{self as registry, Evaluation, Intent, Made, Record, Reference, Registry};
use maasm_tuning::select::{CrossValidation, cross_validate};
use maasm_tuning::thresholds::{self, Target};
use maasm_tuning::{Matrix, logistic, temperature};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};
use utoipa::ToSchema;

/// What is to be fitted.
pub struct Tune<'a> {
    /// The version whose features are used.
    pub version: &'a Reference,
    /// The number that the new one gets.
    pub number: &'a Version,
    /// What the new one is called; as its parent if absent.
    pub name: Option<&'a str>,
    /// An ONNX file to use in place of the one that is kept with the version.
    pub model: Option<&'a Path>,
    /// The labelled data that the layer is fitted to.
    pub data: &'a Dataset,
    /// The data on which the new version is evaluated: none of it is among `data`.
    pub evaluate: &'a Dataset,
    /// Whether all logits are divided by what makes probabilities as often right as they say.
    pub temperature: bool,
    /// The recall or precision that each class is to reach by a threshold of its own.
    pub target: Option<Target>,
    /// How many folds cross-validation has.
    pub folds: u32,
    /// How figures are computed; what shuffling begins with is in it, too.
    pub method: Method,
    /// A folder for files on the way.
    pub folder: &'a Path,
    /// Makes a component in this file, or says why there is none.
    pub compile: &'a (dyn Fn(BuildRequest, &Path) -> Result<(), BuildError> + Sync),
    /// Is told what is being done.
    pub stage: &'a (dyn Fn(&str) + Sync),
    /// Is told how far reading features or the evaluation is.
    pub progress: &'a (dyn Fn(&str, Progress) + Sync),
    /// Whether to stop.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TunedVersion {
    /// The new version.
    pub version: Record,
    /// What it was made of: `NAME@1.0.0`.
    pub parent: String,
    /// The classes' names, in the order of the output.
    pub classes: Vec<String>,
    /// How the layer was fitted.
    pub tuned: Tuned,
    /// What one should know of the fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// The report about the new version, in brief.
    pub evaluation: Evaluation,
    /// The share of the evaluated samples that it recognises rightly.
    pub accuracy: f64,
    /// The same share of the parent's answers, of which only these classes count; none if it does not know all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_accuracy: Option<f64>,
}

impl Service {
    /// Fits a last layer with regularisation chosen by cross-validation, makes a version with it and evaluates that.
    ///
    /// # Errors
    /// If the version is no classifier, its model is not kept, or the data does not do.
    pub fn tune(&self, intent: &Intent, wanted: &Tune) -> Result<(TunedVersion, Report), Error> {
        let refused = |why: String| Error::Evaluation(why);
        let parent = self.registry().find(wanted.version)?;
        let source = self.source(&parent, wanted.model)?;
        let (classes, truth) = classes(wanted.data)?;
        (wanted.stage)("comparing the samples");
        apart(wanted.data, wanted.evaluate)?;
        let features = self.features(wanted, &parent, &source)?;
        (wanted.stage)("fitting");
        let matrix = Matrix::new(&features.values, features.columns).map_err(|error| refused(error.to_string()))?;
        let failed = |error: maasm_tuning::Error| Error::Evaluation(told(&error.to_string(), &classes));
        let how = CrossValidation { folds: wanted.folds, seed: wanted.method.seed, ..CrossValidation::default() };
        let selection = cross_validate(matrix, &truth, classes.len(), &how).map_err(failed)?;
        let options = logistic::Options { c: selection.c, ..how.options };
        let fit = logistic::fit(matrix, &truth, classes.len(), &options).map_err(failed)?;
        let temperature = match wanted.temperature {
            false => None,
            true => {
                let logits = Matrix::new(&selection.held_out_logits, classes.len()).map_err(failed)?;
                Some(temperature::fit(logits, &truth).map_err(failed)?.value)
            }
        };
        let factor = temperature.map_or(1.0, |temperature| (1.0 / temperature) as f32);
        let thresholds = match wanted.target {
            None => Vec::new(),
            Some(target) => {
                let rows = selection.held_out_logits.chunks_exact(classes.len());
                let scores: Vec<f32> = rows.flat_map(|row| softmax(&scaled_by(row, factor))).collect();
                let scores = Matrix::new(&scores, classes.len()).map_err(failed)?;
                let found = thresholds::fit(scores, &truth, target).map_err(failed)?;
                found.into_iter().map(|one| threshold(one, &classes)).collect()
            }
        };
        let scaled = |values: Vec<f32>| scaled_by(&values, factor);
        let head = Head { labels: classes.clone(), weights: scaled(fit.head.weights), bias: scaled(fit.head.bias) };
        let chosen = selection.scores.iter().find(|score| score.c == selection.c);
        let tuned = Tuned {
            data: wanted.data.pack(std::io::sink())?,
            samples: truth.len() as u64,
            c: selection.c,
            cross_validation_accuracy: chosen.map_or(f64::NAN, |score| score.mean_accuracy),
            seed: wanted.method.seed,
            temperature,
            thresholds,
        };
        let record = self.publish_head(intent, wanted, &parent, &source, &head, &tuned)?;
        let evaluate = Evaluate {
            version: &reference(&record.facts),
            against: None,
            data: wanted.evaluate,
            method: wanted.method,
            search: None,
            progress: wanted.progress,
            cancelled: wanted.cancelled,
        };
        let (evaluation, report) = self.evaluate(intent, &evaluate)?;
        (wanted.stage)("evaluating the parent");
        let outcome = TunedVersion {
            parent: named(&parent.facts),
            tuned,
            remarks: selection.remarks(),
            accuracy: report.metric("accuracy").unwrap_or(f64::NAN),
            parent_accuracy: self.restricted(&parent, &classes, wanted.evaluate)?,
            classes,
            evaluation,
            version: record,
        };
        Ok((outcome, report))
    }

    /// The numbers that the network's last layer reads, of every sample.
    fn features(&self, wanted: &Tune, parent: &Record, source: &Path) -> Result<Features, Error> {
        (wanted.stage)("compiling the network without its last layer");
        let component = wanted.folder.join("features.wasm");
        let request = BuildRequest {
            model: Some(source.into()),
            name: Some(parent.facts.name.clone()),
            version: Some(parent.facts.version.to_string()),
            features: true,
            ..BuildRequest::default()
        };
        (wanted.compile)(request, &component)?;
        let engine = Engine::new(EngineOptions::default())?;
        let lab = Service::new(Registry::temporary()?, engine, u64::MAX);
        let record = lab.publish(&Intent::local(), &component, Default::default())?;
        let model = lab.load(&record)?;
        if model.description().accepts.is_empty() {
            return Err(Error::Optimization(format!(
                "{} takes tensors only; publish it with a recipe (--preprocess) to tune it with pictures",
                named(&parent.facts)
            )));
        }
        (wanted.stage)("reading features");
        let rows = rows(&model, wanted)?;
        let columns = rows.first().map_or(0, Vec::len);
        Ok(Features { values: rows.concat(), columns })
    }

    /// Makes a version with a new last layer.
    fn publish_head(
        &self,
        intent: &Intent,
        wanted: &Tune,
        parent: &Record,
        source: &Path,
        head: &Head,
        tuned: &Tuned,
    ) -> Result<Record, Error> {
        (wanted.stage)("compiling");
        let [file, kept, component] =
            ["head.json", "source.onnx", "component.wasm"].map(|name| wanted.folder.join(name));
        let text = serde_json::to_vec(head).map_err(registry::Error::from)?;
        fs::write(&file, text).map_err(registry::Error::file(&file))?;
        let request = BuildRequest {
            model: Some(source.into()),
            head: Some(file),
            name: Some(wanted.name.unwrap_or(&parent.facts.name).to_owned()),
            version: Some(wanted.number.to_string()),
            keep_source: Some(kept.clone()),
            ..BuildRequest::default()
        };
        (wanted.compile)(request, &component)?;
        (wanted.stage)("publishing");
        let made = Made { recipe: Recipe::default(), calibration: None, tuning: Some(tuned.clone()) };
        let publishing = Intent { by: intent.by.clone(), retry: None };
        self.publish_with(&publishing, &component, &kept, self.provenance(intent, parent, made))
    }

    /// How often the parent is right if only these classes count; none if it does not know all of them.
    fn restricted(&self, parent: &Record, classes: &[String], data: &Dataset) -> Result<Option<f64>, Error> {
        let model = self.load(parent)?;
        let description = model.description();
        let width = description.outputs.first().map_or(0, |output| output.shape.iter().product::<u32>() as usize);
        let labels = Labels::new(&description.labels, width);
        let Ok(known) = classes.iter().map(|class| labels.find(class)).collect::<Result<Vec<u32>, _>>() else {
            return Ok(None);
        };
        let mut session = session(&model).map_err(|error| Error::Evaluation(error.to_string()))?;
        let (mut right, mut all) = (0u64, 0u64);
        for index in 0..data.len() {
            let (Ok(bytes), Truth::Class(truth)) = (data.read(index), data.truth(index)) else { continue };
            let Ok(outputs) = session.infer_media(&bytes) else { continue };
            let scores = outputs.first().map(floats).unwrap_or_default();
            let score = |class: &u32| scores.get(*class as usize).copied().unwrap_or(f32::NEG_INFINITY);
            let best = known.iter().enumerate().max_by(|(_, a), (_, b)| score(a).total_cmp(&score(b)));
            all += 1;
            right += u64::from(best.is_some_and(|(class, _)| classes[class] == *truth));
        }
        Ok((all > 0).then(|| right as f64 / all as f64))
    }
}

/// The share of each class that is put aside for evaluation, if there is no other data for it.
const PUT_ASIDE: f64 = 0.25;

/// For each sample whether it is put aside, so that the version that is fitted to the others can be evaluated on it.
///
/// # Errors
/// If there are too few samples of a class.
pub fn put_aside(data: &Dataset, seed: u64) -> Result<Vec<bool>, Error> {
    let (classes, truth) = classes(data)?;
    let split = maasm_tuning::split::stratified(&truth, PUT_ASIDE, seed)
        .map_err(|error| Error::Evaluation(told(&error.to_string(), &classes)))?;
    let mut aside = vec![false; data.len()];
    split.test.into_iter().for_each(|index| aside[index] = true);
    Ok(aside)
}

/// Numbers of every sample, side by side.
struct Features {
    values: Vec<f32>,
    columns: usize,
}

/// What a model gives for every sample, each thread taking its share.
fn rows(model: &Model, wanted: &Tune) -> Result<Vec<Vec<f32>>, Error> {
    let (data, threads) = (wanted.data, wanted.method.threads.clamp(1, wanted.data.len()));
    let done = AtomicUsize::new(0);
    let share = |thread: usize| -> Result<Vec<(usize, Vec<f32>)>, String> {
        let mut session = session(model).map_err(|error| error.to_string())?;
        let mut rows = Vec::new();
        for index in (thread..data.len()).step_by(threads) {
            if (wanted.cancelled)() {
                return Err("tuning was called off".into());
            }
            let name = data.sample(index);
            let bytes = data.read(index).map_err(|why| format!("{name}: {why}"))?;
            let outputs = session.infer_media(&bytes).map_err(|error| format!("{name}: {error}"))?;
            rows.push((index, outputs.first().map(floats).unwrap_or_default()));
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            (wanted.progress)("features", Progress { done, samples: data.len(), resumed: 0 });
        }
        Ok(rows)
    };
    let shares: Result<Vec<_>, String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|thread| scope.spawn(move || share(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a thread was lost".into()))).collect()
    });
    let mut rows = shares.map_err(Error::Evaluation)?.concat();
    rows.sort_by_key(|(index, _)| *index);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// The names of the classes, in order, and which of them each sample belongs to.
fn classes(data: &Dataset) -> Result<(Vec<String>, Vec<u32>), Error> {
    let class = |index| match data.truth(index) {
        Truth::Class(name) => Ok(name.as_str()),
        Truth::Numbers(_) => Err(Error::Evaluation(
            "a last layer is fitted to classes, and the truth of this data is numbers; give each sample a label".into(),
        )),
    };
    let truth = (0..data.len()).map(class).collect::<Result<Vec<_>, _>>()?;
    let names: BTreeSet<&str> = truth.iter().copied().collect();
    if let (1, Some(only)) = (names.len(), names.first()) {
        return Err(Error::Evaluation(format!(
            "all samples belong to one class, {only}; to tell classes apart takes at least two"
        )));
    }
    let names: Vec<&str> = names.into_iter().collect();
    let index = |name: &&str| names.binary_search(name).expect("it is among them") as u32;
    let indices = truth.iter().map(index).collect();
    Ok((names.into_iter().map(str::to_owned).collect(), indices))
}

fn scaled_by(values: &[f32], factor: f32) -> Vec<f32> {
    values.iter().map(|value| value * factor).collect()
}

fn threshold(found: thresholds::ClassThreshold, classes: &[String]) -> Threshold {
    let thresholds::ClassThreshold { class, threshold, precision, recall, reached, .. } = found;
    let class = classes.get(class as usize).cloned().unwrap_or_default();
    Threshold { class, threshold, precision, recall, reached }
}

/// A message about classes by index, with their names.
fn told(message: &str, classes: &[String]) -> String {
    let words = message.split(' ').collect::<Vec<_>>();
    let named = words.iter().enumerate().map(|(place, word)| {
        let before = place.checked_sub(1).map(|before| words[before]);
        let class = word.parse::<usize>().ok().filter(|_| before == Some("class")).and_then(|index| classes.get(index));
        class.map_or_else(|| (*word).to_owned(), |name| format!("{name:?}"))
    });
    named.collect::<Vec<_>>().join(" ")
}
