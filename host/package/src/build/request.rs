//! What a component is to be made of, and how.

use super::{preprocess, shape};
use crate::Simd;
use maasm_component::{Recipe, ScoreKind};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A model, and what is to be made of it: options of the command line, and what the process that compiles is sent.
#[derive(Clone, Debug, Default, PartialEq, clap::Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BuildRequest {
    /// An ONNX file, or a JSON document with `params` and `structure`.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<PathBuf>,
    /// Instead of an ONNX file: the model's structure, as `maasm inspect --structure` writes it.
    #[arg(long, requires = "params")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structure: Option<PathBuf>,
    /// The parameters of the structure: .safetensors, .npz or .pth.
    #[arg(long, requires = "structure")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<PathBuf>,
    /// The model's name: lower-case letters, digits, '.', '_' and '-'. A document may tell it, too.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The model's semantic version, like 1.0.0. A document may tell it, too.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The classes' names, one a line, in the order of the output: UTF-8 text, no table and no JSON.
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<PathBuf>,
    /// How a picture becomes the input: a preset's name or a recipe in a JSON file. Without it the model takes tensors
    /// only.
    #[arg(long, value_name = "PRESET|FILE", long_help = preprocess::help())]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preprocess: Option<String>,
    /// The kind of the model's first output, of which `recognize` and `evaluate` make scores [default: auto]
    #[arg(long, value_name = "KIND")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scores: Option<ScoreKind>,
    /// What the model is, in a sentence.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The licence of its weights, an SPDX expression.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Where it came from, a URL or a name.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Which vector instructions the component uses.
    #[arg(long, default_value = "relaxed")]
    pub simd: Simd,
    /// How it is made smaller or faster.
    #[command(flatten, next_help_heading = "Optimisation")]
    pub recipe: Recipe,
    /// What shows the ranges of values for `--quantize`: some hundred pictures such as the model will see, in a folder,
    /// or labelled data. They are not to be those that it is evaluated with.
    #[arg(long, value_name = "DATA", requires = "quantize")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibrate: Option<PathBuf>,
    /// Makes a component of the network up to its classifier's last layer
    #[arg(skip)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub features: bool,
    /// A file with another last layer and its classes' names
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<PathBuf>,
    /// Where the graph is written from which this can be made again
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_source: Option<PathBuf>,
    /// The shape of an input whose axes the model leaves open, like data=1x3x224x224; repeat it for several.
    #[arg(long = "shape", value_name = "NAME=SHAPE", value_parser = shape::parse)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shapes: Vec<(String, Vec<usize>)>,
}

impl BuildRequest {
    /// The files that are read, but for the model and the samples.
    pub fn files(&self) -> Vec<PathBuf> {
        let preprocess = self.preprocess.as_deref().filter(|name| maasm_media::preset(name).is_none());
        let named = [&self.structure, &self.params, &self.labels, &self.head].into_iter().flatten().cloned();
        named.chain(preprocess.map(PathBuf::from)).collect()
    }
}
