//! `POST /api/v1/infer`: a picture or tensors in, all outputs as tensors out.

use super::call::{Question, call};
use crate::engine::{CallError, Model, Tensor};
use crate::server::form::{File, FileForm};
use crate::server::query::Parameters;
use crate::server::{Kind, Problem, State};
use crate::tensors;
use crate::tensors::json::{self, GivenTensor, Written};
use axum::body::Bytes;
use axum::extract::{self, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(infer))
}

#[derive(Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The model; needed only where several are deployed.
    model: Option<String>,
    /// The version: `1.2.0`, `^1`, `latest`, an alias; the one that is deployed if absent.
    version: Option<String>,
}

/// Tensors to have a model run on.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what `tensors::json` reads")]
struct InferRequest {
    /// One for each of the model's inputs.
    inputs: Vec<GivenTensor>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Inference)]
struct Answer<'a> {
    /// The model that answered.
    model: &'a str,
    /// The version that answered.
    version: &'a str,
    /// All of the model's outputs.
    outputs: Vec<Written<'a>>,
}

/// Run a model on a picture or on tensors
///
/// A body that begins with `{` is tensors in the form of the Open Inference Protocol; anything else is a picture.
#[utoipa::path(
    post, path = "/api/v1/infer", tag = "inference", params(Asked),
    request_body(content(
        (InferRequest = "application/json"),
        (File = "application/octet-stream"),
        (FileForm = "multipart/form-data"),
    )),
    responses(
        (status = 200, description = "All outputs, tensors as in the Open Inference Protocol", body = Answer),
    )
)]
async fn infer(
    extract::State(state): extract::State<State>,
    Parameters(asked): Parameters<Asked>,
    request: Request,
) -> Result<Response, Problem> {
    let wanted = (asked.model.as_deref(), asked.version.as_deref());
    call(&state, wanted, request, Infer).await
}

struct Infer;

/// Outputs, and the document that tells them.
struct Inferred {
    outputs: Vec<Tensor>,
    document: Bytes,
}

impl Question for Infer {
    type Answer = Inferred;

    /// Reading and writing megabytes of numbers takes its time, too: it is part of the work.
    fn ask(&self, model: &Model, body: &[u8]) -> Result<Inferred, Problem> {
        let outputs: Result<Vec<Tensor>, CallError> = match is_json(body) {
            true => model.infer(&json::read(body).map_err(|why| Problem::new(Kind::BadTensor, why))?),
            false => model.infer_media(body),
        };
        let (outputs, description) = (outputs?, model.description());
        let written = outputs.iter().map(Written::from).collect();
        let answer = Answer { model: &description.name, version: &description.version, outputs: written };
        let document = serde_json::to_vec(&answer).expect("names, numbers and lists can be written").into();
        Ok(Inferred { outputs, document })
    }

    fn agree(live: &Inferred, shadow: &Inferred) -> bool {
        tensors::agree(&live.outputs, &shadow.outputs)
    }

    fn respond(self: Arc<Self>, _: &Model, answer: &Inferred) -> Response {
        ([(CONTENT_TYPE, "application/json")], answer.document.clone()).into_response()
    }
}

/// No picture begins as JSON does.
fn is_json(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'{')
}
