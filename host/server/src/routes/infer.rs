//! `POST /api/v1/infer`: a picture or tensors in, all outputs as tensors out.

use super::call::{Question, call};
use crate::form::{File, FileForm};
use crate::query::Parameters;
use crate::{Problem, State};
use axum::body::Bytes;
use axum::extract::{self, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use maasm_engine::{Model, Tensor};
use maasm_protocol::inference::{self, Answer, InferRequest, Inputs};
use maasm_protocol::tensors::agree;
use serde::Deserialize;
use std::sync::Arc;
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
        let outputs = match Inputs::read(body)? {
            Inputs::Tensors(tensors) => model.infer(&tensors)?,
            Inputs::Picture => model.infer_media(body)?,
        };
        let document = inference::document(model.description(), &outputs).into();
        Ok(Inferred { outputs, document })
    }

    fn agree(live: &Inferred, shadow: &Inferred) -> bool {
        agree(&live.outputs, &shadow.outputs)
    }

    fn respond(self: Arc<Self>, _: &Model, answer: &Inferred) -> Response {
        ([(CONTENT_TYPE, "application/json")], answer.document.clone()).into_response()
    }
}
