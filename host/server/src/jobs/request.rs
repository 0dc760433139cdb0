//! What is asked for when a model is published.

use crate::{Kind, Problem};
use clap::ValueEnum;
use maasm_app::{Error, Service};
use maasm_component::ScoreKind;
use maasm_package::build::{BuildRequest, parse_shape};
use maasm_registry::{Deployment, Intent, Provenance, Record, Reference, Selector, check_name};
use semver::Version;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is asked for. Everything that the file itself tells, as a document or a component does, may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PublishRequest {
    /// The model's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The version; the one after the highest that there is, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How a picture becomes the input: a preset's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preprocess: Option<String>,
    /// The kind of its first output, of which scores are made: `logits`, `probabilities`, `sigmoid`, or `auto`, found by what
    /// the model computes, as it is if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scores: Option<String>,
    /// What it is, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The licence of its weights, an SPDX expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Where it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Shapes of inputs that the model leaves open, as `NAME=1x3x224x224`, several with `;` between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<String>,
    /// The version that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Gives it all of the model's traffic at once.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deploy: bool,
}

/// What comes of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Published {
    /// The version.
    pub version: Record,
    /// What is live now, if that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<Deployment>,
}

/// How a component was made that is published as it is.
pub const AS_IT_IS: &str = "published as it is";
/// How one was made of a model.
pub const COMPILED: &str = "compiled";

impl PublishRequest {
    /// Deploys the version that was published, if that is asked for.
    ///
    /// # Errors
    /// If it cannot be deployed.
    pub fn finish(&self, service: &Service, intent: &Intent, version: Record) -> Result<Published, Error> {
        let exact = || Selector::Exact(version.facts.version.clone());
        let reference = || Reference { name: version.facts.name.clone(), selector: exact() };
        let deployment = self.deploy.then(|| service.deploy(intent, &reference())).transpose()?;
        Ok(Published { version, deployment })
    }

    /// Refuses what cannot be, before anything is kept.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), Problem> {
        let refuse = |why: String| Err(Problem::new(Kind::BadRequest, why));
        if let Some(name) = &self.name {
            check_name(name)?;
        }
        if let Some(version) = &self.version
            && let Err(error) = Version::parse(version)
        {
            return refuse(format!("{version:?} is not a semantic version ({error}); write it like 1.0.0"));
        }
        self.build()?;
        // A path is the business of the command line: here it would be one of the server's.
        if let Some(preset) = &self.preprocess
            && maasm_media::preset(preset).is_none()
        {
            let there: Vec<_> = maasm_media::PRESETS.iter().map(|preset| preset.name).collect();
            return refuse(format!("{preset:?} is no preset; there is {}", there.join(", ")));
        }
        Ok(())
    }

    /// The request for a component that means the same, without files.
    ///
    /// # Errors
    /// If the kind of scores or a shape is none.
    pub(super) fn build(&self) -> Result<BuildRequest, Problem> {
        let refuse = |why: String| Problem::new(Kind::BadRequest, why);
        let scores = self.scores.as_ref().map(|scores| {
            ScoreKind::from_str(scores, false).map_err(|_| {
                refuse(format!("{scores:?} is none of auto, logits, probabilities and sigmoid, which scores can be"))
            })
        });
        let shapes = self.shape.iter().flat_map(|shapes| shapes.split(';')).map(|shape| {
            parse_shape(shape).map_err(|why| refuse(format!("the shape {shape:?} cannot be read: {why}")))
        });
        Ok(BuildRequest {
            name: self.name.clone(),
            version: self.version.clone(),
            preprocess: self.preprocess.clone(),
            scores: scores.transpose()?,
            description: self.description.clone(),
            license: self.license.clone(),
            source: self.source.clone(),
            shapes: shapes.collect::<Result<_, _>>()?,
            ..BuildRequest::default()
        })
    }

    /// The options of `maasm package` that mean the same.
    pub(super) fn options(&self) -> Vec<String> {
        let single = [
            ("--preprocess", &self.preprocess),
            ("--scores", &self.scores),
            ("--description", &self.description),
            ("--license", &self.license),
            ("--source", &self.source),
        ];
        let single = single.into_iter().filter_map(|(option, value)| Some(format!("{option}={}", value.as_ref()?)));
        let shapes = self.shape.iter().flat_map(|shapes| shapes.split(';')).map(|shape| format!("--shape={shape}"));
        single.chain(shapes).collect()
    }

    /// Where the version comes from; `made_from` is [`AS_IT_IS`] or [`COMPILED`].
    pub fn provenance(&self, by: &str, made_from: &str) -> Provenance {
        let options = self.options();
        let with = if options.is_empty() { String::new() } else { format!(" with {}", options.join(" ")) };
        let how = format!("{made_from} by maasm {}{with}", env!("CARGO_PKG_VERSION"));
        Provenance { by: by.into(), how, parent: self.parent.clone(), ..Provenance::default() }
    }
}
