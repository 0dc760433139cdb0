//! One call of a model with what was uploaded: what `recognize` and `infer` have in common.

use crate::engine::Model;
use crate::server::trace::AnsweredBy;
use crate::server::{Problem, State};
use axum::Extension;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};

/// Finds the model, receives the upload, gives both to `work` when it is its turn, and makes an answer of the result.
///
/// # Errors
/// If there is no such model, the upload cannot be received, or too many are waiting. What goes wrong in `work` is an
/// answer like any other: it is logged under the model's name, too.
pub async fn call<T: Send + 'static>(
    state: &State,
    (model, version): (Option<&str>, Option<&str>),
    request: Request,
    work: impl FnOnce(&Model, &[u8]) -> Result<T, Problem> + Send + 'static,
    answer: impl FnOnce(&Model, T) -> Response,
) -> Result<Response, Problem> {
    let model = state.catalog.find(model, version)?.clone();
    let upload = state.uploads.receive(request).await?;
    let description = model.description();
    let by = AnsweredBy { model: description.name.clone(), version: description.version.clone() };
    let called = model.clone();
    let outcome = state.workers.run(move || work(&called, &upload.bytes)).await?;
    let answer = match outcome {
        Ok(result) => answer(&model, result),
        Err(problem) => problem.into_response(),
    };
    Ok((Extension(by), answer).into_response())
}
