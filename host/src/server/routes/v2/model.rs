//! `GET /v2/models/{name}[/versions/{version}]`: what a model takes and gives; with `/ready`: whether it answers.

use super::lookup::{self, Wanted};
use crate::engine::TensorInfo;
use crate::server::{Problem, State};
use crate::tensors;
use axum::extract::{self, Path};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

/// As the protocol wants it: the framework, then the format.
const PLATFORM: &str = "maasm_wasm";

pub fn routes() -> Router<State> {
    Router::new()
        .route("/v2/models/{name}", get(show))
        .route("/v2/models/{name}/versions/{version}", get(show))
        .route("/v2/models/{name}/ready", get(ready))
        .route("/v2/models/{name}/versions/{version}/ready", get(ready))
}

async fn show(
    extract::State(state): extract::State<State>,
    Path(wanted): Path<Wanted>,
) -> Result<Json<Value>, Problem> {
    let model = lookup::model(&state, &wanted)?;
    let description = model.description();
    Ok(Json(json!({
        "name": description.name,
        "versions": lookup::versions(&state, &wanted)?,
        "platform": PLATFORM,
        "inputs": description.inputs.iter().map(tensor).collect::<Vec<_>>(),
        "outputs": description.outputs.iter().map(tensor).collect::<Vec<_>>(),
    })))
}

fn tensor(info: &TensorInfo) -> Value {
    json!({ "name": info.name, "datatype": tensors::datatype(info.element_type), "shape": info.shape })
}

async fn ready(
    extract::State(state): extract::State<State>,
    Path(wanted): Path<Wanted>,
) -> Result<Json<Value>, Problem> {
    let model = lookup::model(&state, &wanted)?;
    Ok(Json(json!({ "name": model.description().name, "ready": true })))
}
