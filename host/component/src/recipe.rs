//! What is done to a model, as the command line, the route and a version's provenance say it.

use crate::{Format, Ranges, WeightFormat};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a model is made smaller or faster: everything that is asked for, in the order of these fields. The same recipe with
/// the same model and the same samples gives the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// Make the ranges of channels alike before quantising, where that changes nothing else (after Nagel et al. 2019)
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub equalize: bool,
    /// Remove this share of the channels, those with the smallest weights, from the whole network: it computes less
    #[arg(long, value_name = "SHARE", value_parser = share)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prune_channels: Option<f64>,
    /// Make two small dense layers of each large one, which keep this share of its energy (squared singular values)
    #[arg(long, value_name = "SHARE", value_parser = share)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low_rank: Option<f64>,
    /// Set this share of the weights, the smallest, to zero, and keep only the others: it takes less room
    #[arg(long, value_name = "SHARE", value_parser = share)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prune: Option<f64>,
    /// Compute convolutions and dense layers in integers: a quarter as large and faster; takes samples
    #[arg(long, value_name = "TYPE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantize: Option<Quantization>,
    /// How the range of values is found that integers stand for [default: mean-squared-error]
    #[arg(long, value_name = "METHOD", requires = "quantize")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranges: Option<Ranges>,
    /// Leave so many layers in f32: those whose integers, measured one by one, change the outputs most
    #[arg(long, value_name = "LAYERS", requires = "quantize")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_float: Option<u32>,
    /// In which form dense weights are kept that are computed with in f32
    #[arg(long, value_name = "FORMAT", conflicts_with = "quantize")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<WeightFormat>,
    /// Take pictures of these formats alone, like jpeg,png: decoders of others are left out
    #[arg(long, value_name = "FORMATS", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<Vec<Format>>,
}

/// What a network's convolutions and dense layers compute with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Quantization {
    /// Activations of seven bits and weights of eight, sums of 32.
    Int8,
}

/// How a classifier's last layer was fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Tuned {
    /// The labelled data: `sha256:` and a digest as data sets have it.
    pub data: String,
    /// How many of its samples the layer was fitted to.
    pub samples: u64,
    /// The inverse of the regularisation's strength, as scikit-learn's `LogisticRegression` has it.
    pub c: f64,
    /// The mean accuracy of cross-validation on those samples.
    pub cross_validation_accuracy: f64,
    /// What shuffling began with.
    pub seed: u64,
    /// What all logits were divided by afterwards, so that probabilities are as often right as they say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// From which probability on a sample counts as of a class, where a recall or precision was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Threshold>,
}

/// From which probability on a sample counts as of a class, found on samples that the layer was not fitted to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Threshold {
    /// The class's name.
    pub class: String,
    /// The probability; none if the class has no samples.
    pub threshold: Option<f32>,
    /// The share of what then counts as of the class that is of it.
    pub precision: f64,
    /// The share of what is of the class that then counts as of it.
    pub recall: f64,
    /// Whether what was asked for is reached; if not, no threshold comes nearer.
    pub reached: bool,
}

impl Recipe {
    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it changes the network before it is compiled.
    pub fn restructures(&self) -> bool {
        self.equalize || self.prune_channels.is_some() || self.low_rank.is_some() || self.prune.is_some()
    }

    /// In which form dense weights are kept: pruned ones without their zeros, unless something else is asked for.
    pub fn weight_format(&self) -> Option<WeightFormat> {
        let sparse = self.prune.filter(|_| self.quantize.is_none()).map(|_| WeightFormat::Sparse);
        self.weights.or(sparse)
    }

    /// Refuses what the command line refuses, too.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn check(&self) -> Result<(), String> {
        let shares = [("prune_channels", self.prune_channels), ("low_rank", self.low_rank), ("prune", self.prune)];
        for (name, given) in shares {
            if let Some(given) = given.filter(|given| !(*given > 0.0 && *given < 1.0)) {
                return Err(format!("{name} is a share between 0 and 1, not {given}"));
            }
        }
        if self.quantize.is_none() && (self.ranges.is_some() || self.keep_float.is_some()) {
            return Err("ranges and keep_float say how to quantise; ask for `quantize`, too".into());
        }
        if self.quantize.is_some() && self.weights.is_some() {
            return Err("quantised weights have a form of their own; leave `weights` out".into());
        }
        if self.media.as_ref().is_some_and(Vec::is_empty) {
            return Err("a model that takes no pictures is made without preprocessing; leave `media` out".into());
        }
        match self.is_empty() {
            true => Err("nothing is asked for; say how to optimise, for example with `quantize`".into()),
            false => Ok(()),
        }
    }

    /// The options of the command line that say the same.
    pub fn options(&self) -> Vec<String> {
        let value = serde_json::to_value(self).expect("it has no keys but texts");
        let options = value.as_object().into_iter().flatten().map(|(name, value)| {
            let name = name.replace('_', "-");
            match value {
                serde_json::Value::Bool(_) => format!("--{name}"),
                serde_json::Value::String(text) => format!("--{name}={text}"),
                serde_json::Value::Array(texts) => {
                    let texts: Vec<&str> = texts.iter().filter_map(serde_json::Value::as_str).collect();
                    format!("--{name}={}", texts.join(","))
                }
                other => format!("--{name}={other}"),
            }
        });
        options.collect()
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if share > 0.0 && share < 1.0 => Ok(share),
        _ => Err("write a share between 0 and 1, like 0.3".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args, FromArgMatches};

    #[test]
    fn its_options_are_read_as_the_same_recipe() {
        let recipes = [
            Recipe { equalize: true, quantize: Some(Quantization::Int8), keep_float: Some(3), ..Recipe::default() },
            Recipe { ranges: Some(Ranges::MinMax), quantize: Some(Quantization::Int8), ..Recipe::default() },
            Recipe { prune: Some(0.5), prune_channels: Some(0.1 + 0.2), ..Recipe::default() },
            Recipe { low_rank: Some(0.95), weights: Some(WeightFormat::F16), ..Recipe::default() },
            Recipe { media: Some(vec![Format::Jpeg, Format::WebP]), ..Recipe::default() },
        ];
        for recipe in recipes {
            recipe.check().unwrap();
            let line = std::iter::once("maasm".to_owned()).chain(recipe.options());
            let matches = Recipe::augment_args(clap::Command::new("maasm")).get_matches_from(line);
            assert_eq!(Recipe::from_arg_matches(&matches).unwrap(), recipe);
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for (text, reason) in [
            ("{}", "nothing is asked for"),
            (r#"{"prune": 1.5}"#, "between 0 and 1"),
            (r#"{"ranges": "entropy"}"#, "ask for `quantize`"),
            (r#"{"quantize": "int8", "weights": "f16"}"#, "leave `weights` out"),
            (r#"{"media": []}"#, "leave `media` out"),
        ] {
            let recipe: Recipe = serde_json::from_str(text).unwrap();
            let why = recipe.check().unwrap_err();
            assert!(why.contains(reason), "{text}: {why}");
        }
    }
}
