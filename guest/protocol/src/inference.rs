//! `infer`: tensors as JSON or a picture in, all outputs as JSON out.

use crate::model::{Description, Tensor};
use crate::tensors::json::{self, GivenTensor, Written};
use crate::{Kind, Problem};
use serde::Serialize;

/// Tensors to have a model run on, for the description of the interface.
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[expect(dead_code, reason = "it describes what `tensors::json` reads")]
pub struct InferRequest {
    /// One for each of the model's inputs.
    inputs: Vec<GivenTensor>,
}

/// All outputs of a model.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = Inference))]
pub struct Answer<'a> {
    /// The model that answered.
    model: &'a str,
    /// The version that answered.
    version: &'a str,
    /// All of the model's outputs.
    outputs: Vec<Written<'a>>,
}

/// What a body gives.
#[derive(Debug, PartialEq)]
pub enum Inputs {
    /// For `infer`.
    Tensors(Vec<Tensor>),
    /// For `infer-media`: the body is a file.
    Picture,
}

impl Inputs {
    /// Reads a body: one that begins with `{` is tensors in the form of the Open Inference Protocol, for no picture does.
    ///
    /// # Errors
    /// If it is no JSON, of another form, or a tensor's data do not fit its shape and datatype.
    pub fn read(body: &[u8]) -> Result<Self, Problem> {
        match body.trim_ascii_start().first() {
            Some(b'{') => Ok(Self::Tensors(json::read(body).map_err(|why| Problem::new(Kind::BadTensor, why))?)),
            _ => Ok(Self::Picture),
        }
    }
}

/// The answer of this model, as JSON.
pub fn document(model: &Description, outputs: &[Tensor]) -> Vec<u8> {
    let outputs = outputs.iter().map(Written::from).collect();
    let answer = Answer { model: &model.name, version: &model.version, outputs };
    serde_json::to_vec(&answer).expect("names, numbers and lists can be written")
}
