//! A version becomes a smaller or faster one.

use super::timing::side_by_side;
use super::{Error, Evaluate, Service, SideBySide};
use maasm_component::Recipe;
use maasm_evaluation::Report;
use maasm_evaluation::data::Dataset;
use maasm_evaluation::report::{Change, Search};
use maasm_evaluation::run::Progress;
use maasm_evaluation::summary::Method;
use maasm_package::build::{BuildError, BuildRequest};
use maasm_package::optimize::Samples;
use maasm_registry::{Evaluation, Facts, Intent, Made, Provenance, Record, Reference, Selector};
use semver::Version;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use utoipa::ToSchema;

/// What is to be made of a version, and with what.
pub struct Optimize<'a> {
    /// The version.
    pub version: &'a Reference,
    /// The number that the new one gets.
    pub number: &'a Version,
    /// What is done.
    pub recipe: &'a Recipe,
    /// An ONNX file to use in place of the one that is kept with the version.
    pub model: Option<&'a Path>,
    /// The samples that show the ranges of values.
    pub calibrate: Option<&'a Path>,
    /// The data on which both versions are evaluated.
    pub evaluate: Option<&'a Dataset>,
    /// How figures are computed.
    pub method: Method,
    /// A folder for files on the way.
    pub folder: &'a Path,
    /// Makes a component in this file, or says why there is none.
    pub compile: &'a (dyn Fn(BuildRequest, &Path) -> Result<(), BuildError> + Sync),
    /// Is told what is being done.
    pub stage: &'a (dyn Fn(&str) + Sync),
    /// Is told how far the evaluation is.
    pub progress: &'a (dyn Fn(&str, Progress) + Sync),
    /// How the recipe was found, if it was searched for; it becomes part of the report.
    pub search: Option<&'a Search>,
    /// Whether to stop.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// A figure of a version's parent and of the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// The parent's.
    pub before: u64,
    /// The version's.
    pub after: u64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Optimized {
    /// The new version.
    pub version: Record,
    /// What it was made of: `NAME@1.0.0`.
    pub parent: String,
    /// Bytes of the component.
    pub size: Difference,
    /// Parameters that were learnt.
    pub parameters: Difference,
    /// Multiply-accumulate operations of one inference.
    pub multiply_accumulates: Difference,
    /// How long one inference takes, in milliseconds, both in turns on one thread of this machine.
    pub milliseconds: SideBySide,
    /// The report about the new version, compared with its parent, in brief.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<Evaluation>,
    /// The share of the evaluated samples that are recognised rightly, of both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<Change>,
    /// The share of the evaluated samples that both answer alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<f64>,
    /// What else was tried, if the recipe was searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
}

impl Service {
    /// Makes a new version by a recipe, evaluates it beside its parent and times both. What was done before the process was
    /// killed is not done again, but for compiling.
    ///
    /// # Errors
    /// If there is no such version, its model is not kept, or it cannot be optimised so.
    pub fn optimize(&self, intent: &Intent, wanted: &Optimize) -> Result<(Optimized, Option<Report>), Error> {
        let refused = |why: String| Error::Optimization(why);
        wanted.recipe.check().map_err(refused)?;
        let parent = self.registry().find(wanted.version)?;
        let calibration = self.calibration(wanted)?;
        let source = self.source(&parent, wanted.model)?;
        (wanted.stage)("compiling");
        let kept = wanted.folder.join("source.onnx");
        let component = wanted.folder.join("component.wasm");
        (wanted.compile)(request(wanted, &parent.facts, &source, &kept), &component)?;
        (wanted.stage)("publishing");
        let made = Made { recipe: wanted.recipe.clone(), calibration, tuning: None };
        // To publish the same once more changes nothing.
        let publishing = Intent { by: intent.by.clone(), retry: None };
        let record = self.publish_with(&publishing, &component, &kept, self.provenance(intent, &parent, made))?;
        self.compare(intent, parent, record, wanted)
    }

    /// Where a version comes from that was made of another.
    pub(super) fn provenance(&self, intent: &Intent, parent: &Record, recipe: Made) -> Provenance {
        let (how, what) = match &recipe.tuning {
            None => ("optimised", recipe.recipe.options().join(" ")),
            Some(tuned) => ("tuned", format!("{} samples of {}", tuned.samples, tuned.data)),
        };
        Provenance {
            by: intent.by.clone(),
            how: format!("{how} by maasm {} with {what}", env!("CARGO_PKG_VERSION")),
            parent: Some(named(&parent.facts)),
            recipe: Some(recipe),
            model: None,
        }
    }

    /// Evaluates and times a version beside its parent.
    fn compare(
        &self,
        intent: &Intent,
        parent: Record,
        record: Record,
        wanted: &Optimize,
    ) -> Result<(Optimized, Option<Report>), Error> {
        (wanted.stage)("measuring");
        let [before, after] = [self.load(&parent)?, self.load(&record)?];
        let failed = |error| Error::Optimization(format!("{} cannot be run: {error}", named(&record.facts)));
        let milliseconds = side_by_side(&before, &after).map_err(failed)?;
        let references = [&record, &parent].map(|record| reference(&record.facts));
        let evaluated = wanted.evaluate.map(|data| {
            let evaluate = Evaluate {
                version: &references[0],
                against: Some(&references[1]),
                data,
                method: wanted.method,
                search: wanted.search,
                progress: wanted.progress,
                cancelled: wanted.cancelled,
            };
            self.evaluate(intent, &evaluate)
        });
        let (evaluation, report) = evaluated.transpose()?.unzip();
        let comparison = report.as_ref().and_then(|report: &Report| report.comparison.as_ref());
        let of = |figure: fn(&Facts) -> u64| Difference { before: figure(&parent.facts), after: figure(&record.facts) };
        let optimized = Optimized {
            parent: named(&parent.facts),
            size: Difference { before: parent.size, after: record.size },
            parameters: of(|facts| facts.parameters),
            multiply_accumulates: of(|facts| facts.multiply_accumulates),
            milliseconds,
            evaluation,
            accuracy: comparison.and_then(|comparison| comparison.metrics.get("accuracy").copied()),
            agreement: comparison.and_then(|comparison| comparison.agreement),
            search: wanted.search.cloned(),
            version: record,
        };
        Ok((optimized, report))
    }

    /// The ONNX file of a version.
    pub(super) fn source(&self, version: &Record, given: Option<&Path>) -> Result<PathBuf, Error> {
        if let Some(given) = given {
            return Ok(given.to_owned());
        }
        let kept = version.provenance.model.map(|digest| self.registry().blobs().path(&digest));
        kept.filter(|path| path.is_file()).ok_or_else(|| {
            Error::Optimization(format!(
                "the model that {} was compiled from is not kept here: it was published as a component, or pulled; name \
                 its ONNX file with --model",
                named(&version.facts)
            ))
        })
    }

    /// What tells the calibration's samples apart; refuses those that are evaluated, too, since figures on what a version
    /// was made with say too much.
    fn calibration(&self, wanted: &Optimize) -> Result<Option<String>, Error> {
        let failed = no_samples;
        let Some(path) = wanted.calibrate else {
            return match wanted.recipe.quantize {
                None => Ok(None),
                Some(_) => Err(Error::Evaluation(
                    "quantising takes samples that show the ranges of values; name some with --calibrate".into(),
                )),
            };
        };
        let samples = Samples::open(path).map_err(failed)?;
        if let Some(data) = wanted.evaluate {
            (wanted.stage)("comparing the samples");
            apart(&samples, data)?;
        }
        samples.digest().map(Some).map_err(failed)
    }
}

/// An error at reading samples.
pub(super) fn no_samples(error: anyhow::Error) -> Error {
    match BuildError::from(error) {
        BuildError::Refused(why) => Error::Evaluation(why),
        BuildError::Machine(why) => Error::Machine(why),
    }
}

/// Refuses samples that are among those which are evaluated.
pub(super) fn apart(samples: &impl Read, data: &Dataset) -> Result<(), Error> {
    let digest = |bytes: &[u8]| -> [u8; 32] { Sha256::digest(bytes).into() };
    let evaluated: HashSet<[u8; 32]> =
        (0..data.len()).filter_map(|index| Some(digest(&data.read(index).ok()?))).collect();
    let is_shared = |index: &usize| samples.bytes(*index).is_some_and(|bytes| evaluated.contains(&digest(&bytes)));
    let shared: Vec<usize> = (0..samples.count()).filter(is_shared).collect();
    match shared.first() {
        None => Ok(()),
        Some(&first) => Err(Error::Evaluation(format!(
            "{} of the samples, {} among them, would be evaluated, too; what a version was made with says too much of it, \
             so give it others",
            shared.len(),
            samples.called(first)
        ))),
    }
}

/// Samples with names and bytes.
pub(super) trait Read {
    fn count(&self) -> usize;
    fn bytes(&self, index: usize) -> Option<Vec<u8>>;
    fn called(&self, index: usize) -> String;
}

impl Read for Dataset {
    fn count(&self) -> usize {
        self.len()
    }

    fn bytes(&self, index: usize) -> Option<Vec<u8>> {
        self.read(index).ok()
    }

    fn called(&self, index: usize) -> String {
        self.sample(index).to_owned()
    }
}

impl Read for Samples {
    fn count(&self) -> usize {
        self.len()
    }

    fn bytes(&self, index: usize) -> Option<Vec<u8>> {
        self.read(index).ok().map(|(_, bytes)| bytes)
    }

    fn called(&self, index: usize) -> String {
        self.read(index).map_or_else(|_| index.to_string(), |(name, _)| name)
    }
}

/// The request for the new version's component.
pub(super) fn request(wanted: &Optimize, parent: &Facts, source: &Path, kept: &Path) -> BuildRequest {
    let calibrate = wanted.calibrate.filter(|_| wanted.recipe.quantize.is_some());
    BuildRequest {
        model: Some(source.into()),
        name: Some(parent.name.clone()),
        version: Some(wanted.number.to_string()),
        recipe: wanted.recipe.clone(),
        calibrate: calibrate.map(Path::to_owned),
        keep_source: Some(kept.into()),
        ..BuildRequest::default()
    }
}

pub(super) fn named(facts: &Facts) -> String {
    format!("{}@{}", facts.name, facts.version)
}

pub(super) fn reference(facts: &Facts) -> Reference {
    Reference { name: facts.name.clone(), selector: Selector::Exact(facts.version.clone()) }
}
