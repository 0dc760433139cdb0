//! `GET /v2/models/{name}[/versions/{version}]`: what a model takes and gives; with `/ready`: whether it answers.

use super::lookup::{self, Wanted};
use crate::{Kind, Problem, State};
use axum::extract::{self, Path};
use axum::routing::get;
use axum::{Json, Router};
use maasm_app::tensors;
use maasm_protocol::open_inference::metadata;
use maasm_registry::Port;
use serde_json::Value;

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
    let tensors = |ports: &[Port]| ports.iter().map(tensor).collect();
    let versions = lookup::versions(&state, &wanted)?;
    Ok(Json(metadata::model(&facts.name, &versions, tensors(&facts.inputs), tensors(&facts.outputs))))
}

fn tensor(port: &Port) -> Value {
    metadata::tensor(&port.name, tensors::datatype_named(&port.r#type), &port.shape)
}

/// What is not in memory is loaded when it is asked for: it is ready unless that has failed.
async fn ready(
    extract::State(state): extract::State<State>,
    Path(wanted): Path<Wanted>,
) -> Result<Json<Value>, Problem> {
    let record = lookup::version(&state, &wanted)?;
    match record.quarantined {
        None => Ok(Json(metadata::model_ready(&record.facts.name))),
        Some(reason) => {
            let detail = format!("{} {} is in quarantine: {reason}", record.facts.name, record.facts.version);
            Err(Problem::new(Kind::Unavailable, detail))
        }
    }
}
