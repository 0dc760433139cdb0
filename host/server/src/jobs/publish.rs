//! A version is made of what was uploaded.

use super::{Inner, PublishRequest, request};
use crate::{Kind, Problem};
use maasm_app::{self as app, Error};
use maasm_graph as graph;
use maasm_package::build::{BuildError, BuildRequest};
use maasm_registry::{self as registry, Intent, Job, Registry, Retry};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What the name is, where nothing tells one.
const NAMELESS: &str = "model";

/// Publishes what was uploaded.
pub async fn publish(inner: &Inner, job: &Job) -> Result<Value, Problem> {
    let registry = inner.service.registry();
    let request = serde_json::from_value::<PublishRequest>(job.request.clone());
    let mut request = request.map_err(registry::Error::from)?;
    let folder = registry.job_folder(&job.id);
    let ready = is_component(&folder.join("model"));
    let source = folder.join("source.onnx");
    let (component, made_from) = if ready {
        (folder.join("model"), request::AS_IT_IS)
    } else {
        let component = folder.join("component.wasm");
        settle(registry, job, &mut request, &folder)?;
        let stage = |stage: &str| drop(registry.job_stage(&job.id, stage));
        let wanted = build_request(&request, &folder)?;
        inner.compiler.run(wanted, &component, &folder, stage).await.map_err(|error| match error {
            BuildError::Refused(why) => refused(why),
            machine @ BuildError::Machine(_) => Error::from(machine).into(),
        })?;
        (component, request::COMPILED)
    };
    let _ = registry.job_stage(&job.id, "publishing");
    let provenance = request.provenance(&job.by, made_from);
    let (service, mut intent) = (inner.service.clone(), Intent { by: job.by.clone(), retry: None });
    // Deployed once, even if the server ends before the job's end is written down and the job is done again.
    let once = Retry { key: format!("job {}", job.id), request: String::new() };
    let work = move || {
        let record = match ready {
            true => service.publish(&intent, &component, provenance)?,
            false => service.publish_with(&intent, &component, &source, provenance)?,
        };
        intent.retry = Some(once);
        Ok::<_, Error>(json!(request.finish(&service, &intent, record)?))
    };
    let lost = |_| Problem::new(Kind::Internal, "publishing ended without an answer");
    Ok(tokio::task::spawn_blocking(work).await.map_err(lost)??)
}

/// Gives a name and a number to a request that says none, once: a job that is done again, because the server ended, must
/// not take another number.
fn settle(registry: &Registry, job: &Job, request: &mut PublishRequest, folder: &Path) -> Result<(), Problem> {
    if request.name.is_some() && request.version.is_some() {
        return Ok(());
    }
    let model = folder.join("model");
    // What the document says of itself counts where the request says nothing.
    let told = if model.is_file() { graph::told(&model) } else { Ok(graph::Told::default()) };
    let told = told.map_err(|error| refused(app::within(folder, &error.to_string())))?;
    let name = request.name.clone().or(told.name).unwrap_or_else(|| NAMELESS.into());
    let version = match request.version.clone().or(told.version) {
        Some(version) => version,
        None => registry.next_number(&name)?.to_string(),
    };
    (request.name, request.version) = (Some(name), Some(version));
    let settled = serde_json::to_value(request).map_err(registry::Error::from)?;
    Ok(registry.settle_job(&job.id, &settled)?)
}

/// The request for the component of what was uploaded.
fn build_request(request: &PublishRequest, folder: &Path) -> Result<BuildRequest, Problem> {
    let file = |part: &str| Some(folder.join(part)).filter(|path| path.is_file());
    let preprocess = file("preprocess").map(|path| path.to_string_lossy().into_owned());
    Ok(BuildRequest {
        model: file("model"),
        structure: file("structure"),
        params: file("params"),
        labels: file("labels"),
        preprocess: request.preprocess.clone().or(preprocess),
        keep_source: Some(folder.join("source.onnx")),
        ..request.build()?
    })
}

/// What cannot be made a component.
fn refused(why: String) -> Problem {
    Problem::new(Kind::ModelRefused, why)
}

fn is_component(path: &Path) -> bool {
    let mut first = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == *b"\0asm"
}
