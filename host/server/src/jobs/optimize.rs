//! A version becomes a smaller or faster one.

use super::Inner;
use super::making::{self, Maker};
use crate::{Kind, Problem};
use maasm_app::{Bounds, Optimize, Optimized, Service};
use maasm_component::Recipe;
use maasm_registry::{self as registry, Job, Reference};
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What is to be made of a version.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptimizeRequest {
    /// The version: `NAME`, `NAME@1.0.0`, `NAME@^1`, `NAME@latest`, `NAME@ALIAS`.
    pub version: String,
    /// What is done.
    #[serde(default, skip_serializing_if = "Recipe::is_empty")]
    pub recipe: Recipe,
    /// Instead of a recipe: the bounds within which the best one is searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Bounds>,
    /// The number of the new version; the one after the highest that there is, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The data set that shows the ranges of values for integers. Its labels are not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibrate: Option<String>,
    /// The data set on which the version and its parent are evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluate: Option<String>,
    /// How often samples are drawn again for intervals; 1000 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resamples: Option<u32>,
    /// What the draws begin with; 0 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl OptimizeRequest {
    /// Refuses what cannot be, before anything is kept.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, service: &Service) -> Result<Reference, Problem> {
        let refuse = |why: String| Problem::new(Kind::BadRequest, why);
        match &self.search {
            None => self.recipe.check().map_err(refuse)?,
            Some(_) if !self.recipe.is_empty() => {
                return Err(refuse("give either a recipe, or bounds within which one is searched for".into()));
            }
            Some(_) if self.evaluate.is_none() => {
                return Err(refuse("a search takes labelled data; name a data set with `evaluate`".into()));
            }
            Some(bounds) => bounds.check().map_err(refuse)?,
        }
        self.number.as_deref().map(number).transpose()?;
        let version: Reference = self.version.parse()?;
        service.registry().find(&version)?;
        for name in [&self.calibrate, &self.evaluate].into_iter().flatten() {
            service.registry().data(name)?;
        }
        if self.recipe.quantize.is_some() && self.calibrate.is_none() {
            let why = "quantising takes samples that show the ranges of values; name a data set with `calibrate`";
            return Err(refuse(why.into()));
        }
        Ok(version)
    }
}

/// A version's number.
///
/// # Errors
/// If it is none.
pub fn number(text: &str) -> Result<Version, Problem> {
    let wrong = |error| format!("{text:?} is not a semantic version ({error}); write it like 1.1.0");
    Version::parse(text).map_err(|error| Problem::new(Kind::BadRequest, wrong(error)))
}

/// Makes the version.
pub async fn optimize(inner: &Inner, job: &Job) -> Result<Value, Problem> {
    let mut asked: OptimizeRequest = serde_json::from_value(job.request.clone()).map_err(registry::Error::from)?;
    // Once: a job that is done again must not take another number.
    if making::number(inner, &mut asked.version, &mut asked.number, None)? {
        let settled = serde_json::to_value(&asked).map_err(registry::Error::from)?;
        inner.service.registry().settle_job(&job.id, &settled)?;
    }
    making::make(inner, job, move |maker| work(maker, &asked)).await
}

fn work(maker: &Maker, asked: &OptimizeRequest) -> Result<Optimized, Problem> {
    let version = asked.check(&maker.service)?;
    let number = number(asked.number.as_deref().unwrap_or_default())?;
    let calibrate = asked.calibrate.as_ref().map(|name| maker.file_of(name)).transpose()?;
    let evaluate = asked.evaluate.as_ref().map(|name| maker.data(name)).transpose()?;
    let teller = maker.teller();
    let wanted = Optimize {
        version: &version,
        number: &number,
        recipe: &asked.recipe,
        model: None,
        calibrate: calibrate.as_deref(),
        evaluate: evaluate.as_ref(),
        method: maker.method(asked.resamples, asked.seed),
        folder: &maker.folder,
        compile: &|request, output| maker.compile(request, output),
        stage: &|stage| maker.stage(stage),
        search: None,
        progress: &|what, progress| maker.progress(&teller, what, progress),
        cancelled: &|| maker.is_stopped(),
    };
    let intent = maker.intent();
    let (optimized, _) = match (&asked.search, &asked.evaluate) {
        (Some(bounds), Some(name)) => {
            let half = |which| maker.data(name)?.half(which).map_err(making::bad_data);
            maker.service.search(&intent, &wanted, bounds, [&half(0)?, &half(1)?])?
        }
        _ => maker.service.optimize(&intent, &wanted)?,
    };
    Ok(optimized)
}
