//! `POST /api/v1/recognize`: what a photograph shows.

use super::call::{Question, call};
use crate::form::{File, FileForm};
use crate::query::Parameters;
use crate::{Problem, State};
use axum::Json;
use axum::extract::{self, Request};
use axum::response::{IntoResponse, Response};
use maasm_engine::{Model, Recognition};
use maasm_protocol::query::TopK;
use maasm_protocol::recognition::Answer;
use serde::Deserialize;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(recognize))
}

#[derive(Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The model; needed only where several are deployed.
    model: Option<String>,
    /// The version: `1.2.0`, `^1`, `latest`, an alias; the one that is deployed if absent.
    version: Option<String>,
    /// How many of the likeliest classes.
    #[param(value_type = u32, minimum = 1, default = 5)]
    top_k: TopK,
}

/// Recognise what a photograph shows
///
/// The body is the file itself, whatever content type it is sent as, or a form with the file in it.
#[utoipa::path(
    post, path = "/api/v1/recognize", tag = "inference", params(Asked),
    request_body(content((File = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses(
        (status = 200, description = "The likeliest classes", body = Answer),
    )
)]
async fn recognize(
    extract::State(state): extract::State<State>,
    Parameters(asked): Parameters<Asked>,
    request: Request,
) -> Result<Response, Problem> {
    let wanted = (asked.model.as_deref(), asked.version.as_deref());
    call(&state, wanted, request, asked.top_k).await
}

impl Question for TopK {
    type Answer = Recognition;

    fn ask(&self, model: &Model, upload: &[u8]) -> Result<Recognition, Problem> {
        Ok(model.recognize(upload, self.0)?)
    }

    fn agree(live: &Recognition, shadow: &Recognition) -> bool {
        let likeliest = |recognition: &Recognition| recognition.classifications.first().map(|class| class.index);
        likeliest(live) == likeliest(shadow)
    }

    fn respond(self: Arc<Self>, model: &Model, recognition: &Recognition) -> Response {
        Json(Answer::new(model.description(), recognition)).into_response()
    }
}
