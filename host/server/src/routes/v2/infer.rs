//! `POST /v2/models/{name}[/versions/{version}]/infer`: tensors or a picture in, tensors out.

use super::lookup::Wanted;
use crate::routes::call::{Question, call};
use crate::{Problem, State};
use axum::Router;
use axum::body::Body;
use axum::extract::{self, Path, Request};
use axum::response::Response;
use axum::routing::post;
use maasm_engine::Model;
use maasm_protocol::open_inference::{Answer, Inputs, Message, Selection, header_length, require_plain};
use std::sync::Arc;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/v2/models/{name}/infer", post(infer))
        .route("/v2/models/{name}/versions/{version}/infer", post(infer))
}

async fn infer(
    extract::State(state): extract::State<State>,
    Path(wanted): Path<Wanted>,
    request: Request,
) -> Result<Response, Problem> {
    require_plain(request.headers())?;
    let header_length = header_length(request.headers())?;
    call(&state, wanted.parts(), request, Infer { header_length }).await
}

/// A message, of whose bytes so many are JSON.
struct Infer {
    header_length: Option<usize>,
}

impl Question for Infer {
    type Answer = Answer;

    /// Reading and writing megabytes of numbers takes its time, too: it is part of the work.
    fn ask(&self, model: &Model, body: &[u8]) -> Result<Answer, Problem> {
        let description = model.description();
        let message = Message::read(body, self.header_length)?;
        let selection = Selection::new(&message, &description.outputs)?;
        let outputs = match message.inputs()? {
            Inputs::Tensors(tensors) => model.infer(&tensors)?,
            Inputs::Picture(bytes) => model.infer_media(&bytes)?,
        };
        Ok(Answer::new(description, message.id(), selection.pick(outputs)?))
    }

    fn agree(live: &Answer, shadow: &Answer) -> bool {
        live.agrees(shadow)
    }

    fn respond(self: Arc<Self>, _: &Model, answer: &Answer) -> Response {
        answer.response().map(Body::from)
    }
}
