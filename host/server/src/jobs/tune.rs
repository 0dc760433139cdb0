//! A classifier gets a last layer for other labels.

use super::Inner;
use super::making::{self, Maker};
use super::optimize::number;
use crate::{Kind, Problem};
use maasm_app::{Service, Target, Tune, TunedVersion, put_aside};
use maasm_registry::{self as registry, Job, Reference, check_name};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What is to be fitted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TuneRequest {
    /// The version whose features are used: `NAME`, `NAME@1.0.0`, `NAME@^1`, `NAME@latest`, `NAME@ALIAS`.
    pub version: String,
    /// The data set whose classes are learnt.
    pub data: String,
    /// The data set on which the new version is evaluated; a quarter of each class of `data`, put aside before, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluate: Option<String>,
    /// What the new version is called; as the version if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its number; the one after the highest that there is, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Divides all logits by what makes probabilities as often right as they say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub temperature: bool,
    /// The recall that each class is to reach by a threshold of its own, above 0 and at most 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<f64>,
    /// Or the precision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<f64>,
    /// How many folds cross-validation has, 2 to 50; 5 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folds: Option<u32>,
    /// How often samples are drawn again for intervals; 1000 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resamples: Option<u32>,
    /// What draws and shuffles begin with; 0 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl TuneRequest {
    /// Refuses what cannot be, before anything is kept.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, service: &Service) -> Result<Reference, Problem> {
        if let Some(folds) = self.folds.filter(|folds| !(2..=50).contains(folds)) {
            return Err(Problem::new(Kind::BadRequest, format!("cross-validation has 2 to 50 folds, not {folds}")));
        }
        if self.recall.is_some() && self.precision.is_some() {
            return Err(Problem::new(
                Kind::BadRequest,
                "a threshold reaches a recall or a precision; ask for one of them",
            ));
        }
        if let Some(share) = self.recall.or(self.precision).filter(|share| !(*share > 0.0 && *share <= 1.0)) {
            let why = format!("a recall or precision is above 0 and at most 1, not {share}");
            return Err(Problem::new(Kind::BadRequest, why));
        }
        self.name.as_deref().map(check_name).transpose()?;
        self.number.as_deref().map(number).transpose()?;
        let version: Reference = self.version.parse()?;
        service.registry().find(&version)?;
        for name in [Some(&self.data), self.evaluate.as_ref()].into_iter().flatten() {
            service.registry().data(name)?;
        }
        Ok(version)
    }
}

/// Makes the version.
pub async fn tune(inner: &Inner, job: &Job) -> Result<Value, Problem> {
    let mut asked: TuneRequest = serde_json::from_value(job.request.clone()).map_err(registry::Error::from)?;
    // Once: a job that is done again must not take another number.
    if making::number(inner, &mut asked.version, &mut asked.number, asked.name.as_deref())? {
        let settled = serde_json::to_value(&asked).map_err(registry::Error::from)?;
        inner.service.registry().settle_job(&job.id, &settled)?;
    }
    making::make(inner, job, move |maker| work(maker, &asked)).await
}

fn work(maker: &Maker, asked: &TuneRequest) -> Result<TunedVersion, Problem> {
    let version = asked.check(&maker.service)?;
    let number = number(asked.number.as_deref().unwrap_or_default())?;
    let method = maker.method(asked.resamples, asked.seed);
    let data = maker.data(&asked.data)?;
    let [data, test] = match &asked.evaluate {
        Some(test) => [data, maker.data(test)?],
        None => {
            let aside = put_aside(&data, method.seed)?;
            let test = maker.data(&asked.data)?.only(|index| aside[index]).map_err(making::bad_data)?;
            [data.only(|index| !aside[index]).map_err(making::bad_data)?, test]
        }
    };
    let teller = maker.teller();
    let wanted = Tune {
        version: &version,
        number: &number,
        name: asked.name.as_deref(),
        model: None,
        data: &data,
        evaluate: &test,
        temperature: asked.temperature,
        target: asked.recall.map(Target::Recall).or(asked.precision.map(Target::Precision)),
        folds: asked.folds.unwrap_or(5),
        method,
        folder: &maker.folder,
        compile: &|request, output| maker.compile(request, output),
        stage: &|stage| maker.stage(stage),
        progress: &|what, progress| maker.progress(&teller, what, progress),
        cancelled: &|| maker.is_stopped(),
    };
    Ok(maker.service.tune(&maker.intent(), &wanted)?.0)
}
