//! `GET /api/v1/models`: which models there are, and what each takes and gives.

use crate::engine::{Model, TensorInfo};
use crate::server::{Problem, State};
use crate::tensors;
use axum::extract::{self, Path};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

pub fn routes() -> Router<State> {
    Router::new().route("/api/v1/models", get(list)).route("/api/v1/models/{name}", get(show))
}

async fn list(extract::State(state): extract::State<State>) -> Json<Value> {
    Json(json!({ "models": state.catalog.all().map(summary).collect::<Vec<_>>() }))
}

async fn show(extract::State(state): extract::State<State>, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let versions: Vec<_> = state.catalog.versions(&name)?.map(summary).collect();
    Ok(Json(json!({ "name": name, "versions": versions })))
}

fn summary(model: &Model) -> Value {
    let (description, loading) = (model.description(), model.loading());
    json!({
        "name": description.name,
        "version": description.version,
        "description": description.description,
        "license": description.license,
        "source": description.source,
        "source_digest": description.source_digest,
        "digest": loading.digest,
        "size": loading.size,
        "parameters": description.parameters,
        "multiply_accumulates": description.multiply_accumulates,
        "inputs": description.inputs.iter().map(tensor).collect::<Vec<_>>(),
        "outputs": description.outputs.iter().map(tensor).collect::<Vec<_>>(),
        "accepts": description.accepts,
        "labels": description.labels.len(),
    })
}

fn tensor(info: &TensorInfo) -> Value {
    json!({ "name": info.name, "type": tensors::name(info.element_type), "shape": info.shape })
}
