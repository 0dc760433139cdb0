//! `GET /`: how to use the server.

use crate::server::State;
use axum::Router;
use axum::extract;
use axum::routing::get;
use std::fmt::Write;

const USAGE: &str = "\
maasm serves models.

  POST /api/v1/recognize        what a photograph shows; the body is the file, or a form with the file in it
         ?model=NAME            which model; needed only where there are several
         &version=1.0.0         which version; the newest by default
         &top_k=5               how many classes
  POST /api/v1/infer            all outputs of the model as tensors, for a picture or for tensors (JSON)
         ?model=NAME&version=1.0.0
  GET  /api/v1/models           the models
  GET  /api/v1/models/NAME      the versions of one
  GET  /healthz                 whether the server answers
  /v2                           the Open Inference Protocol, version 2, with binary tensors

  curl --data-binary @photo.jpg http://HOST:PORT/api/v1/recognize

Errors are application/problem+json (RFC 9457).

";

pub fn routes() -> Router<State> {
    Router::new().route("/", get(show))
}

async fn show(extract::State(state): extract::State<State>) -> String {
    let mut text = String::from(USAGE);
    for model in state.catalog.all() {
        let description = model.description();
        let _ = writeln!(text, "{} {} {}", description.name, description.version, description.description);
    }
    text
}
