//! One call of a model with what was uploaded: what `recognize` and `infer` have in common.

use crate::shadow::Outcome;
use crate::trace::AnsweredBy;
use crate::{Kind, Problem, State, problem};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use maasm_app::{self as app, Choice};
use maasm_engine::Model;
use maasm_registry::{self as registry, Selector};
use std::sync::Arc;

/// What a model is asked.
pub trait Question: Send + Sync + 'static {
    /// What it answers.
    type Answer: Send + Sync + 'static;

    /// Asks a model, with what was uploaded. Runs on a thread of its own.
    ///
    /// # Errors
    /// What is wrong with the upload or the model.
    fn ask(&self, model: &Model, upload: &[u8]) -> Result<Self::Answer, Problem>;

    /// Whether two versions agree.
    fn agree(live: &Self::Answer, shadow: &Self::Answer) -> bool;

    /// The answer as the client gets it.
    fn respond(self: Arc<Self>, model: &Model, answer: &Self::Answer) -> Response;
}

/// Chooses the version, receives the upload, asks the model when it is its turn, and makes a response of its answer.
///
/// # Errors
/// If there is no such model, the upload cannot be received, or too many are waiting. What goes wrong in the model is
/// an answer like any other: it is logged under the model's name, too.
pub async fn call<Q: Question>(
    state: &State,
    (model, version): (Option<&str>, Option<&str>),
    request: Request,
    question: Q,
) -> Result<Response, Problem> {
    let selector = version.map_or(Ok(Selector::Live), str::parse)?;
    let header = |name: &str| request.headers().get(name).map(|value| value.as_bytes().to_vec());
    let choice = state.service.choose(model, &selector, header, fastrand::u64(..))?;
    let upload = state.uploads.receive(request).await?;
    let question = Arc::new(question);
    let work = {
        let (service, choice, question, bytes) =
            (state.service.clone(), choice.clone(), question.clone(), upload.bytes.clone());
        move || {
            let model = service.open(&choice).map_err(unavailable)?;
            let answer = question.ask(&model, &bytes);
            Ok::<_, Problem>((model, answer))
        }
    };
    let (model, answer) = state.workers.run(work).await??;
    let description = model.description();
    let by = AnsweredBy { model: description.name.clone(), version: description.version.clone() };
    let response = match answer {
        Ok(answer) => {
            let answer = Arc::new(answer);
            let response = question.clone().respond(&model, &answer);
            shadow(state, choice, question, upload.bytes, answer);
            response
        }
        Err(problem) => problem.into_response(),
    };
    Ok((Extension(by), response).into_response())
}

/// Asks the shadow the same, if there is one; nobody waits for it.
fn shadow<Q: Question>(state: &State, choice: Choice, question: Arc<Q>, upload: Bytes, answer: Arc<Q::Answer>) {
    let Some(version) = choice.shadow.clone() else { return };
    let state = state.clone();
    tokio::spawn(async move {
        let service = state.service.clone();
        let name = choice.record.facts.name.clone();
        let work = move || -> Result<bool, Problem> {
            let selector = Selector::Exact(version);
            let choice = Choice { shadow: None, ..service.choose(Some(&name), &selector, |_| None, 0)? };
            let shadow = question.ask(&service.open(&choice)?, &upload)?;
            Ok(Q::agree(&answer, &shadow))
        };
        let outcome = match state.workers.run(work).await {
            Err(_) => Outcome::Skipped,
            Ok(Err(_)) => Outcome::Failed,
            Ok(Ok(true)) => Outcome::Agreed,
            Ok(Ok(false)) => Outcome::Differed,
        };
        state.shadows.count(&choice.record.facts.name, choice.revision, outcome);
    });
}

/// A version that should answer and cannot be loaded is the server's trouble, not the client's.
fn unavailable(error: app::Error) -> Problem {
    match error {
        app::Error::Load { .. }
        | app::Error::Execution { .. }
        | app::Error::Registry(registry::Error::Quarantined { .. }) => problem::of(Kind::Unavailable, &error),
        error => error.into(),
    }
}
