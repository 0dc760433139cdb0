//! `POST /api/v1/evaluate` and the reports that come of it.

use super::jobs;
use crate::form::File;
use crate::jobs::EvaluateRequest;
use crate::query::Parameters;
use crate::writing::{IdempotencyKey, Wanted};
use crate::{Kind, Problem, State};
use axum::Json;
use axum::extract::{self, Path, Request};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, VARY};
use axum::response::{Html, IntoResponse, Response};
use maasm_evaluation::Report;
use maasm_protocol::form;
use maasm_registry::{Evaluation, Job};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// For whoever may have models answer.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// For whoever may publish.
pub fn publisher_routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(evaluate))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Answers only when the job has ended.
    #[serde(default)]
    wait: bool,
    /// The version: `NAME`, `NAME@1.0.0`, `NAME@^1`, `NAME@latest`, `NAME@ALIAS`.
    version: String,
    /// Another version that it is compared with.
    against: Option<String>,
    /// A data set that was added before; with a body, what that is called.
    data: Option<String>,
    /// How often samples are drawn again for intervals; 1000 if absent.
    resamples: Option<u32>,
    /// What the draws begin with; 0 if absent.
    seed: Option<u64>,
}

/// Reports about a version.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Evaluations {
    /// The newest first, each in brief.
    pub evaluations: Vec<Evaluation>,
}

/// Evaluate a version
///
/// The body is labelled data: a tar archive (also compressed by gzip) or a zip archive of a folder for each class, or of
/// files and a table `manifest.csv` or `manifest.jsonl`. Without a body, `data` names a data set that was added before.
/// The answer is a job; the report is attached to the version.
#[utoipa::path(
    post, path = "/api/v1/evaluate", tag = "evaluations", operation_id = "evaluate_version",
    params(Asked, IdempotencyKey), request_body(content = Option<File>, content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "With `wait`: the report is there", body = Job),
        (status = 202, description = "The job is taken on; `Location` is where it is told", body = Job),
    )
)]
async fn evaluate(
    extract::State(state): extract::State<State>,
    Wanted(mut intent): Wanted,
    Parameters(asked): Parameters<Asked>,
    request: Request,
) -> Result<Response, Problem> {
    let Asked { wait, version, against, data, resamples, seed } = asked;
    let wanted = EvaluateRequest { version, against, data, resamples, seed };
    // What is not there is told at once.
    let (version, against) = wanted.parse()?;
    for reference in [Some(version), against].into_iter().flatten() {
        state.service.registry().find(&reference)?;
    }
    if form::is_form(request.headers()) {
        let detail = "send the archive as the body itself, not in a form (curl: --data-binary @photos.tar)";
        return Err(Problem::new(Kind::BadRequest, detail));
    }
    let mut spool = state.jobs.data_spool()?;
    let size = spool.receive("data", request.into_body().into_data_stream()).await?;
    let spooled = match size {
        0 => None,
        _ => Some(spool.finish().await?),
    };
    match (&spooled, &wanted.data) {
        (Some(spooled), _) => intent.concerns(&spooled.digest),
        (None, Some(name)) => _ = state.service.registry().data(name)?,
        (None, None) => {
            let detail = "there is no body; send labelled data, or name a data set with `data`";
            return Err(Problem::new(Kind::EmptyUpload, detail));
        }
    }
    let jobs = state.jobs.clone();
    let job = state.blocking(move |_| jobs.evaluate(&intent, spooled, &wanted)).await?;
    jobs::answer(&state, job, wait).await
}

/// List the reports about a version
#[utoipa::path(
    get, path = "/api/v1/models/{name}/versions/{version}/evaluations", tag = "evaluations",
    operation_id = "list_evaluations", params(("name" = String, Path), ("version" = String, Path)),
    responses(
        (status = 200, description = "The reports in brief, newest first", body = Evaluations),
    )
)]
async fn list(
    extract::State(state): extract::State<State>,
    Path((name, version)): Path<(String, String)>,
) -> Result<Json<Evaluations>, Problem> {
    let registry = state.service.registry();
    let record = registry.find(&format!("{name}@{version}").parse()?)?;
    Ok(Json(Evaluations { evaluations: registry.evaluations(&record)? }))
}

/// Show a report
///
/// `id` may be `latest`. With `Accept: text/html`, as browsers send it, the report is a page to look at.
#[utoipa::path(
    get, path = "/api/v1/models/{name}/versions/{version}/evaluations/{id}", tag = "evaluations",
    operation_id = "show_evaluation",
    params(("name" = String, Path), ("version" = String, Path), ("id" = String, Path)),
    responses(
        (status = 200, description = "The report", content((Report = "application/json"), (String = "text/html"))),
    )
)]
async fn show(
    extract::State(state): extract::State<State>,
    Path((name, version, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let reference = format!("{name}@{version}").parse()?;
    let report = state.blocking(move |service| {
        let record = service.registry().find(&reference)?;
        service.registry().evaluation(&record, &id)
    });
    let report = report.await?;
    let accepts = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    // Browsers name it first.
    let html = accepts.split(',').next().is_some_and(|first| first.trim().starts_with("text/html"));
    Ok(match html {
        true => {
            let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
            ([(VARY, "accept"), (CONTENT_SECURITY_POLICY, policy)], Html(maasm_evaluation::html::page(&report)))
                .into_response()
        }
        false => ([(VARY, "accept")], Json(report)).into_response(),
    })
}
