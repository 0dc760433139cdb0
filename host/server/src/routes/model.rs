//! `POST /api/v1/model`: a model is published.

use super::jobs;
use crate::access::Principal;
use crate::form::File;
use crate::jobs::{PublishRequest, Spool};
use crate::query::Parameters;
use crate::sites::content;
use crate::writing::{IdempotencyKey, Wanted};
use crate::{Kind, Problem, State};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{self, FromRequest, Request};
use axum::response::Response;
use maasm_protocol::form;
use maasm_registry::{Job, Role};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(publish))
}

#[derive(Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Answers only when the job has ended.
    wait: bool,
    /// The model's name.
    name: Option<String>,
    /// The version; the one after the highest that there is, if absent.
    version: Option<String>,
    /// How a picture becomes the input: a preset's name.
    preprocess: Option<String>,
    /// The kind of its first output, of which scores are made: `logits`, `probabilities`, `sigmoid`, or `auto`, found by what
    /// the model computes, as it is if absent.
    scores: Option<String>,
    /// What it is, in a sentence.
    description: Option<String>,
    /// The licence of its weights, an SPDX expression.
    license: Option<String>,
    /// Where it came from.
    source: Option<String>,
    /// Shapes of inputs that the model leaves open, as `NAME=1x3x224x224`, several with `;` between them.
    shape: Option<String>,
    /// The version that it was made from.
    parent: Option<String>,
    /// Gives it all of the model's traffic at once; the key needs the role `deploy`, too.
    deploy: bool,
}

impl From<Asked> for PublishRequest {
    fn from(asked: Asked) -> Self {
        let Asked { name, version, preprocess, scores, description, license, source, shape, parent, deploy, wait: _ } =
            asked;
        Self { name, version, preprocess, scores, description, license, source, shape, parent, deploy }
    }
}

/// The files of a model, for the description of the interface. Other fields have the names and meanings that the
/// parameters have.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what `receive_form` reads")]
struct ModelForm {
    /// An ONNX file, a document or a component.
    model: Option<File>,
    /// In its stead: the structure, as JSON.
    structure: Option<File>,
    /// And the parameters.
    params: Option<File>,
    /// What the classes are called, one a line.
    labels: Option<File>,
    /// How a picture becomes the input: a recipe, as JSON.
    preprocess: Option<File>,
}

/// Publish a model
///
/// The body is an ONNX file; or a JSON document with `params` and `structure`; or a component; or a form with one of
/// these as `model`, or with the files `structure` and `params`, and if need be `labels` and `preprocess`. The answer is
/// a job.
#[utoipa::path(
    post, path = "/api/v1/model", tag = "models", operation_id = "publish_model", params(Asked, IdempotencyKey),
    request_body(content((File = "application/octet-stream"), (ModelForm = "multipart/form-data"))),
    responses(
        (status = 201, description = "With `wait`: the version is there", body = Job),
        (status = 202, description = "The job is taken on; `Location` is where it is told", body = Job),
    )
)]
async fn publish(
    extract::State(state): extract::State<State>,
    Wanted(mut intent): Wanted,
    Extension(principal): Extension<Principal>,
    Parameters(asked): Parameters<Asked>,
    request: Request,
) -> Result<Response, Problem> {
    content::check_upload(request.headers())?;
    let wait = asked.wait;
    let mut wanted = PublishRequest::from(asked);
    wanted.check()?;
    if wanted.deploy {
        principal.demand(Role::Deploy)?;
    }
    let mut spool = state.jobs.spool()?;
    if form::is_form(request.headers()) {
        receive_form(request, &mut spool, &mut wanted).await?;
    } else {
        let size = spool.receive("model", request.into_body().into_data_stream()).await?;
        if size == 0 {
            return Err(Problem::new(
                Kind::EmptyUpload,
                "there is no body; send an ONNX file, a document or a component",
            ));
        }
    }
    wanted.check()?;
    let spooled = spool.finish().await?;
    intent.concerns(&spooled.digest);
    let jobs = state.jobs.clone();
    let job = state.blocking(move |_| jobs.publish(&intent, spooled, &wanted)).await?;
    jobs::answer(&state, job, wait).await
}

/// Files go into the folder, texts into the request.
async fn receive_form(request: Request, spool: &mut Spool, wanted: &mut PublishRequest) -> Result<(), Problem> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| form::malformed(&error.body_text()))?;
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = match name.as_str() {
            "model" | "file" => Some("model"),
            "structure" => Some("structure"),
            "params" => Some("params"),
            "labels" => Some("labels"),
            "preprocess" if field.file_name().is_some() => Some("preprocess"),
            _ => None,
        };
        match file {
            Some(part) if parts.contains(&part) => {
                return Err(form::malformed(&format!("it has two files {part:?}")));
            }
            Some(part) => {
                let bytes = Box::pin(futures_util::stream::unfold(field, next));
                spool.receive(part, bytes).await?;
                parts.push(part);
            }
            None => *text_field(wanted, &name)? = Some(field.text().await.map_err(broken)?),
        }
    }
    match (parts.contains(&"model"), parts.contains(&"structure"), parts.contains(&"params")) {
        (true, false, false) | (false, true, true) => Ok(()),
        _ => Err(form::malformed("it must have either the file `model`, or the files `structure` and `params`")),
    }
}

async fn next(mut field: Field<'_>) -> Option<(Result<Bytes, MultipartError>, Field<'_>)> {
    let chunk = field.chunk().await.transpose()?;
    Some((chunk, field))
}

fn text_field<'a>(wanted: &'a mut PublishRequest, name: &str) -> Result<&'a mut Option<String>, Problem> {
    Ok(match name {
        "name" => &mut wanted.name,
        "version" => &mut wanted.version,
        "preprocess" => &mut wanted.preprocess,
        "scores" => &mut wanted.scores,
        "description" => &mut wanted.description,
        "license" => &mut wanted.license,
        "source" => &mut wanted.source,
        "shape" => &mut wanted.shape,
        "parent" => &mut wanted.parent,
        _ => return Err(form::malformed(&format!("the field {name:?} is not known"))),
    })
}

fn broken(error: MultipartError) -> Problem {
    form::malformed(&error.body_text())
}
