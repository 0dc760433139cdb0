//! A job from its beginning to its end.

use super::{Inner, PublishRequest, request};
use crate::registry::{Intent, Job, Registry};
use crate::service::Error;
use crate::source;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What the name is, where nothing tells one.
const NAMELESS: &str = "model";

/// Does a job; nothing, if it was called off before.
pub async fn work(inner: &Inner, job: &Job) -> Option<Result<Value, String>> {
    let _place = inner.places.acquire().await.ok()?;
    let registry = inner.service.registry();
    match registry.begin_job(&job.id) {
        Ok(true) => {}
        Ok(false) => return None,
        Err(error) => return Some(Err(error.to_string())),
    }
    Some(publish(inner, job).await)
}

async fn publish(inner: &Inner, job: &Job) -> Result<Value, String> {
    let registry = inner.service.registry();
    let request: PublishRequest = serde_json::from_value(job.request.clone()).map_err(|error| error.to_string())?;
    let folder = registry.job_folder(&job.id);
    let ready = is_component(&folder.join("model"));
    let (component, made_from) = if ready {
        (folder.join("model"), request::AS_IT_IS)
    } else {
        let component = folder.join("component.wasm");
        let arguments = arguments(registry, &request, &folder)?;
        let stage = |stage: &str| drop(registry.job_stage(&job.id, stage));
        inner.compiler.run(&arguments, &folder, stage).await?;
        (component, request::COMPILED)
    };
    let _ = registry.job_stage(&job.id, "publishing");
    let provenance = request.provenance(&job.by, made_from);
    let (service, intent) = (inner.service.clone(), Intent { by: job.by.clone(), retry: None });
    let work = move || {
        let record = service.publish(&intent, &component, provenance)?;
        request.finish(&service, &intent, record)
    };
    let outcome = tokio::task::spawn_blocking(work).await;
    let outcome: Result<_, Error> = outcome.map_err(|_| "publishing ended without an answer".to_owned())?;
    outcome.map(|published| json!(published)).map_err(|error| error.to_string())
}

/// What `maasm package` is told.
fn arguments(registry: &Registry, request: &PublishRequest, folder: &Path) -> Result<Vec<String>, String> {
    let file = |part: &str| Some(folder.join(part)).filter(|path| path.is_file());
    let text = |path: PathBuf| path.to_string_lossy().into_owned();
    let mut arguments = request.options();
    let model = file("model");
    // What the document says of itself counts where the request says nothing.
    let told = match &model {
        Some(model) if request.name.is_none() || request.version.is_none() => source::told(model),
        _ => Ok(source::Told::default()),
    };
    let told = told.map_err(|error| error.to_string())?;
    let name = request.name.clone().or(told.name).unwrap_or_else(|| NAMELESS.into());
    let version = match request.version.clone().or(told.version) {
        Some(version) => version,
        None => registry.next_number(&name).map_err(|error| error.to_string())?.to_string(),
    };
    arguments.extend([format!("--name={name}"), format!("--version={version}")]);
    for (part, option) in [("structure", "--structure"), ("params", "--params"), ("labels", "--labels")] {
        arguments.extend(file(part).map(|path| format!("{option}={}", text(path))));
    }
    if request.preprocess.is_none() {
        arguments.extend(file("preprocess").map(|path| format!("--preprocess={}", text(path))));
    }
    arguments.push(format!("--output={}", text(folder.join("component.wasm"))));
    arguments.extend(model.map(text));
    Ok(arguments)
}

fn is_component(path: &Path) -> bool {
    let mut first = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == *b"\0asm"
}
