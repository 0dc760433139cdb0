//! What goes wrong on the host becomes a [`Problem`], and problems become documents.
//!
//! # Layout
//! - `job`: what comes of jobs
//! - `private`: paths of the server's files, which are not told

mod job;
mod private;

pub use job::{failure, of_job};
pub use maasm_app::of;
pub use maasm_protocol::{Kind, Problem};
pub use private::Private;

use super::State;
use super::trace::RequestId;
use axum::extract::{self, Request};
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maasm_protocol::open_inference::speaks_at;
use maasm_protocol::problem::MEDIA_TYPE;
use std::any::Any;

/// What a handler's panic becomes.
pub fn from_panic(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let told = "the server failed at this request; its log says why";
    Problem::new(Kind::Internal, told)
        .because(format!("it panicked: {}", message.unwrap_or("no message")))
        .into_response()
}

/// Writes the documents of problems; and makes a problem of every other error that a library answers with. What only those
/// are told whose machine it is goes to the log, under the request's id. Clients of the Open Inference Protocol look for
/// what is wrong in the member `error`.
pub async fn finish(extract::State(state): extract::State<State>, request: Request, next: Next) -> Response {
    let open_inference = speaks_at(request.uri().path());
    let id = request.extensions().get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default();
    let mut response = next.run(request).await;
    let status = response.status();
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if status.is_client_error() || status.is_server_error() => {
            Problem::new(Kind::Other(status), "the request cannot be answered")
        }
        None => return response,
    };
    let problem = state.private.withhold(problem);
    match problem.cause() == problem.detail() {
        true => tracing::debug!(request_id = %id, detail = problem.detail(), "problem"),
        false => tracing::error!(request_id = %id, detail = problem.detail(), cause = problem.cause(), "problem"),
    }
    let status = problem.status();
    let problem = match open_inference {
        true => problem.for_open_inference(),
        false => problem,
    };
    let body = problem.document(Some(&id)).to_string();
    let mut finished = (status, body).into_response();
    let dropped: [HeaderName; 2] = [CONTENT_TYPE, axum::http::header::CONTENT_LENGTH];
    for (name, value) in response.headers().iter().filter(|(name, _)| !dropped.contains(name)) {
        finished.headers_mut().append(name, value.clone());
    }
    finished.headers_mut().insert(CONTENT_TYPE, MEDIA_TYPE);
    finished
}
