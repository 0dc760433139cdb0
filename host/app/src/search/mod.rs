//! Which recipe suits a version best: many are tried.
//!
//! The samples are halved: candidates are compared on one half, and the version that is chosen is evaluated on the other.
//! What was chosen by some samples looks better on them than it is.
//!
//! # Layout
//! - `recipes`: what is tried; `choose`: which of them is taken
//! - `checkpoint`: what was tried, in a file

mod checkpoint;
mod choose;
mod recipes;

use checkpoint::{Checkpoint, Figures, Tried};
use choose::choose;
use recipes::{combinations, first};

use super::optimize::{apart, no_samples};
use super::timing::side_by_side;
use super::{Error, Evaluate, Optimize, Optimized, Service};
use maasm_component::Recipe;
use maasm_engine::{CachePolicy, Engine, EngineOptions, Model};
use maasm_evaluation::Report;
use maasm_evaluation::data::Dataset;
use maasm_evaluation::report::{Candidate, Search};
use maasm_evaluation::summary::Method;
use maasm_package::build::BuildError;
use maasm_package::optimize::Samples;
use maasm_registry::digest::Digest;
use maasm_registry::{self as registry, Intent, Provenance, Record, Registry};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use utoipa::ToSchema;

/// What a version that is searched for may cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Bounds {
    /// How much less often it may be right than the version that the search begins with, as a share of the samples
    #[arg(long, value_name = "SHARE", default_value_t = 0.01, requires = "auto")]
    pub max_top1_drop: f64,
    /// The most bytes that its component may have
    #[arg(long, value_name = "BYTES", requires = "auto")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_size: Option<u64>,
    /// The most that an inference may take, as a share of the first version's time
    #[arg(long, value_name = "SHARE", requires = "auto")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_time: Option<f64>,
    /// No new candidate is tried after so many seconds
    #[arg(long, value_name = "SECONDS", requires = "auto")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}

impl Bounds {
    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.max_top1_drop) {
            return Err(format!("max_top1_drop is a share between 0 and 1, not {}", self.max_top1_drop));
        }
        match self.max_time {
            Some(time) if time.is_nan() || time <= 0.0 => {
                Err(format!("max_time is a share of the first version's time, not {time}"))
            }
            _ => Ok(()),
        }
    }
}

/// How the version itself is called among the candidates.
const AS_IT_IS: &str = "as it is";

impl Service {
    /// Tries many recipes, and makes a version by the fastest that keeps the bounds. `wanted.recipe` is not looked at. What
    /// was tried is in a file, which the next search for the same goes on with.
    ///
    /// # Errors
    /// As [`Service::optimize`]; or if nothing keeps the bounds, with what came nearest.
    pub fn search(
        &self,
        intent: &Intent,
        wanted: &Optimize,
        bounds: &Bounds,
        halves: [&Dataset; 2],
    ) -> Result<(Optimized, Option<Report>), Error> {
        let parent = self.registry().find(wanted.version)?;
        let source = self.source(&parent, wanted.model)?;
        // Before much time is spent; nor may the half be shared that candidates are compared on.
        if let Some(path) = wanted.calibrate {
            (wanted.stage)("comparing the samples");
            let samples = Samples::open(path).map_err(no_samples)?;
            halves.into_iter().try_for_each(|half| apart(&samples, half))?;
        }
        let engine = Engine::new(EngineOptions { cache: CachePolicy::Off, ..EngineOptions::default() });
        let engine = engine?;
        let before = self.load(&parent)?;
        let lab = Lab { engine, wanted, parent: &parent, source: &source, data: halves[0], before };
        let begin = Instant::now();
        let in_time = || bounds.seconds.is_none_or(|seconds| begin.elapsed() < Duration::from_secs(seconds));
        let mut file = Checkpoint::open(&self.checkpoint_of(wanted, &parent, halves[0])?)?;
        let own = match file.own {
            Some(own) => own,
            None => file.begin(lab.own(&self.component(&parent.component)?)?)?,
        };
        let mut tried: Vec<Tried> = Vec::new();
        let mut waiting = first(wanted.calibrate.is_some());
        waiting.reverse();
        let mut extended = false;
        while let Some(recipe) = waiting.pop() {
            if (wanted.cancelled)() {
                return Err(Error::Optimization("the search was called off".into()));
            }
            let known = file.tried.iter().find(|tried| tried.recipe == recipe).cloned();
            if known.is_none() && !in_time() {
                continue;
            }
            let one = match known {
                Some(known) => known,
                None => {
                    let count = tried.len() + waiting.len() + 1;
                    (wanted.stage)(&format!("trying {} of {count}: {}", tried.len() + 1, recipe.options().join(" ")));
                    file.add(Tried { figures: lab.figures(&recipe)?, recipe })?
                }
            };
            tried.push(one);
            if waiting.is_empty() && !extended {
                extended = true;
                waiting = combinations(&tried, &own, bounds);
            }
        }
        let mut search = Search { samples: halves[0].len() as u64, candidates: candidates(&own, &tried) };
        search.mark_frontier();
        let chosen = choose(&own, &tried, bounds)?;
        let name = chosen.options().join(" ");
        search.candidates.iter_mut().for_each(|candidate| candidate.chosen = candidate.recipe == name);
        let wanted = Optimize { recipe: &chosen, evaluate: Some(halves[1]), search: Some(&search), ..*wanted };
        let (mut optimized, report) = self.optimize(intent, &wanted)?;
        optimized.search = Some(search);
        file.remove();
        Ok((optimized, report))
    }

    /// The file of a search for a version on samples, which goes on if it was interrupted.
    fn checkpoint_of(&self, wanted: &Optimize, parent: &Record, data: &Dataset) -> Result<PathBuf, Error> {
        let calibrate = wanted.calibrate.map(|path| path.display().to_string()).unwrap_or_default();
        let identity = [parent.component.to_string().as_bytes(), &data.fingerprint(), calibrate.as_bytes()].concat();
        let folder = self.registry().searches_folder();
        self.registry().make_folder(&folder)?;
        Ok(folder.join(Digest::of(&identity).hex()))
    }
}

fn candidates(own: &Figures, tried: &[Tried]) -> Vec<Candidate> {
    let candidate = |recipe: String, figures: Figures| {
        let Figures { size, time, accuracy } = figures;
        Candidate { recipe, size, time, accuracy, frontier: false, chosen: false }
    };
    let made = tried.iter().filter_map(|one| Some(candidate(one.recipe.options().join(" "), one.figures?)));
    std::iter::once(candidate(AS_IT_IS.into(), *own)).chain(made).collect()
}

/// Where candidates are made and measured, apart from the registry.
struct Lab<'a> {
    engine: Engine,
    wanted: &'a Optimize<'a>,
    parent: &'a Record,
    source: &'a Path,
    data: &'a Dataset,
    before: Model,
}

impl Lab<'_> {
    /// Figures of the version itself, whose component is this file.
    fn own(&self, component: &Path) -> Result<Figures, Error> {
        (self.wanted.stage)("evaluating the version itself");
        Ok(Figures { size: self.parent.size, time: 1.0, accuracy: self.measure(component)?.1 })
    }

    /// Figures of what a recipe makes; none if it makes nothing of this model.
    fn figures(&self, recipe: &Recipe) -> Result<Option<Figures>, Error> {
        let folder = self.wanted.folder;
        let [kept, component] = ["candidate.onnx", "candidate.wasm"].map(|name| folder.join(name));
        let wanted = Optimize { recipe, ..*self.wanted };
        let request = super::optimize::request(&wanted, &self.parent.facts, self.source, &kept);
        match (wanted.compile)(request, &component) {
            Ok(()) => {}
            Err(BuildError::Refused(why)) => {
                tracing::info!(recipe = recipe.options().join(" "), why, "a candidate cannot be made");
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
        let size = fs::metadata(&component).map_err(registry::Error::file(&component))?.len();
        let (after, accuracy) = self.measure(&component)?;
        let failed = |error| Error::Optimization(format!("a candidate cannot be run: {error}"));
        let times = side_by_side(&self.before, &after).map_err(failed)?;
        Ok(Some(Figures { size, time: times.after / times.before, accuracy }))
    }

    /// A component, loaded, and how often it is right.
    fn measure(&self, component: &Path) -> Result<(Model, f64), Error> {
        let service = Service::new(Registry::temporary()?, self.engine.clone(), u64::MAX);
        let intent = Intent::local();
        let record = service.publish(&intent, component, Provenance::default())?;
        let evaluate = Evaluate {
            version: &super::optimize::reference(&record.facts),
            against: None,
            data: self.data,
            method: Method { resamples: 0, ..self.wanted.method },
            search: None,
            progress: &|_, _| {},
            cancelled: self.wanted.cancelled,
        };
        let (_, report) = service.evaluate(&intent, &evaluate)?;
        let accuracy = report.metric("accuracy").ok_or_else(|| {
            Error::Evaluation("a search compares how often versions are right, which takes data with classes".into())
        })?;
        Ok((service.load(&record)?, accuracy))
    }
}
