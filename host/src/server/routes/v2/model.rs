//! `GET /v2/models/{name}[/versions/{version}]`: what a model takes and gives; with `/ready`: whether it answers.

use super::lookup::{self, Wanted};
use crate::registry::Port;
use crate::server::{Kind, Problem, State};
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
    let facts = lookup::version(&state, &wanted)?.facts;
    Ok(Json(json!({
        "name": facts.name,
        "versions": lookup::versions(&state, &wanted)?,
        "platform": PLATFORM,
        "inputs": facts.inputs.iter().map(tensor).collect::<Vec<_>>(),
        "outputs": facts.outputs.iter().map(tensor).collect::<Vec<_>>(),
    })))
}

fn tensor(port: &Port) -> Value {
    json!({ "name": port.name, "datatype": tensors::datatype_named(&port.r#type), "shape": port.shape })
}

/// What is not in memory is loaded when it is asked for: it is ready unless that has failed.
async fn ready(
    extract::State(state): extract::State<State>,
    Path(wanted): Path<Wanted>,
) -> Result<Json<Value>, Problem> {
    let record = lookup::version(&state, &wanted)?;
    match record.quarantined {
        None => Ok(Json(json!({ "name": record.facts.name, "ready": true }))),
        Some(reason) => {
            let detail = format!("{} {} is in quarantine: {reason}", record.facts.name, record.facts.version);
            Err(Problem::new(Kind::Unavailable, detail))
        }
    }
}
