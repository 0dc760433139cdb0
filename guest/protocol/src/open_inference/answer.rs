//! What goes back: JSON, and behind it the outputs that are binary, in order.

use super::HEADER_LENGTH;
use super::selection::Picked;
use crate::model::{Description, Tensor};
use crate::tensors::json::Written;
use crate::tensors::{self, datatype};
use bytes::Bytes;
use http::HeaderValue;
use http::Response;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde::Serialize;

/// A response: its JSON, and the outputs, of which those marked as binary follow it.
pub struct Answer {
    json: Bytes,
    outputs: Vec<Picked>,
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
        let json = serde_json::to_vec(&answer).expect("names, numbers and lists can be written").into();
        Self { json, outputs }
    }

    /// Whether two versions' outputs are the same but for noise.
    pub fn agrees(&self, other: &Self) -> bool {
        self.outputs.len() == other.outputs.len()
            && self.outputs.iter().zip(&other.outputs).all(|(a, b)| tensors::same(&a.tensor, &b.tensor))
    }

    /// As it goes to the client.
    pub fn response(&self) -> Response<Bytes> {
        let binary: Vec<_> = self.outputs.iter().filter(|output| output.binary).map(|o| &o.tensor.data).collect();
        if binary.is_empty() {
            let mut response = Response::new(self.json.clone());
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            return response;
        }
        let header_length = self.json.len();
        let length = header_length + binary.iter().map(|data| data.len()).sum::<usize>();
        let mut body = Vec::with_capacity(length);
        body.extend_from_slice(&self.json);
        binary.into_iter().for_each(|data| body.extend_from_slice(data));
        let mut response = Response::new(body.into());
        response.headers_mut().extend([
            (CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
            (HEADER_LENGTH, header_length.into()),
            (CONTENT_LENGTH, length.into()),
        ]);
        response
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
