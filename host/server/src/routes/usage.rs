//! `GET /`: how to use the server.

use axum::Router;
use axum::routing::get;

use crate::State;

const USAGE: &str = "\
maasm serves models.

  POST /api/v1/recognize        what a photograph shows; the body is the file, or a form with the file in it
         ?model=NAME            which model; needed only where several are deployed
         &version=1.0.0         which version; the one that is deployed by default
         &top_k=5               how many classes
  POST /api/v1/infer            all outputs of the model as tensors, for a picture or for tensors (JSON)
         ?model=NAME&version=1.0.0
  POST /api/v1/model            publish a model: an ONNX file, a JSON document or a component
         ?name=NAME&wait=true
  POST /api/v1/deploy           let a version answer: {\"model\": NAME, \"version\": \"1.0.0\"}
  POST /api/v1/rollback         go back: {\"model\": NAME}
  GET  /api/v1/models           the models
  GET  /api/v1/models/NAME      the versions of one
  GET  /api/v1/deployments      which versions answer
  GET  /healthz                 whether the server answers
  GET  /openapi.json            all of this for programs
  /v2                           the Open Inference Protocol, version 2, with binary tensors

  curl --data-binary @photo.jpg http://HOST:PORT/api/v1/recognize

Errors are application/problem+json (RFC 9457).
";

pub fn routes() -> Router<State> {
    Router::new().route("/", get(async || USAGE))
}
