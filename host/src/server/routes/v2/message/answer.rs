//! What goes back: JSON, and behind it the outputs that are binary, in order.

use super::HEADER_LENGTH;
use super::selection::Picked;
use crate::engine::{Description, Tensor};
use crate::tensors::datatype;
use crate::tensors::json::Written;
use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;
use std::convert::Infallible;

/// A response's bytes.
pub struct Answer {
    json: Vec<u8>,
    binary: Vec<Vec<u8>>,
}

#[derive(Serialize)]
struct Json<'a> {
    model_name: &'a str,
    model_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    outputs: Vec<Output<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Output<'a> {
    Json(Written<'a>),
    Binary { name: &'a str, datatype: &'static str, shape: &'a [u32], parameters: Parameters },
}

#[derive(Serialize)]
struct Parameters {
    binary_data_size: usize,
}

impl Answer {
    /// The answer of this model to the request that the client calls `id`.
    pub fn new(model: &Description, id: Option<&str>, outputs: Vec<Picked>) -> Self {
        let answer = Json {
            model_name: &model.name,
            model_version: &model.version,
            id,
            outputs: outputs.iter().map(output).collect(),
        };
        let json = serde_json::to_vec(&answer).expect("names, numbers and lists can be written");
        let binary = outputs.into_iter().filter(|output| output.binary).map(|output| output.tensor.data).collect();
        Self { json, binary }
    }
}

fn output(Picked { tensor, binary }: &Picked) -> Output<'_> {
    let Tensor { name, element_type, shape, data } = tensor;
    match binary {
        false => Output::Json(tensor.into()),
        true => Output::Binary {
            name,
            datatype: datatype(*element_type),
            shape,
            parameters: Parameters { binary_data_size: data.len() },
        },
    }
}

impl IntoResponse for Answer {
    /// The parts are sent one after the other, each from where it is.
    fn into_response(self) -> Response {
        if self.binary.is_empty() {
            return ([(CONTENT_TYPE, "application/json")], self.json).into_response();
        }
        let header_length = self.json.len();
        let length = header_length + self.binary.iter().map(Vec::len).sum::<usize>();
        let parts = std::iter::once(self.json).chain(self.binary).map(|part| Ok::<_, Infallible>(Bytes::from(part)));
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
            (HEADER_LENGTH, header_length.into()),
            (CONTENT_LENGTH, length.into()),
        ];
        (headers, Body::from_stream(stream::iter(parts))).into_response()
    }
}
