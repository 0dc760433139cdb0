//! What a server and its models say of themselves.

use serde_json::{Value, json};

/// As the protocol wants it: the framework, then the format.
const PLATFORM: &str = "maasm_wasm";
/// What is understood beside the protocol itself.
const EXTENSIONS: [&str; 1] = ["binary_tensor_data"];

/// `GET /v2`: what the server is.
pub fn server() -> Value {
    json!({ "name": "maasm", "version": env!("CARGO_PKG_VERSION"), "extensions": EXTENSIONS })
}

/// `GET /v2/health/live`. Whoever answers lives.
pub fn live() -> Value {
    json!({ "live": true })
}

/// `GET /v2/health/ready`. Models are loaded when they are asked for: a server that answers is ready.
pub fn ready() -> Value {
    json!({ "ready": true })
}

/// `GET /v2/models/{name}`: what a model takes and gives; versions lowest first.
pub fn model(name: &str, versions: &[String], inputs: Vec<Value>, outputs: Vec<Value>) -> Value {
    json!({ "name": name, "versions": versions, "platform": PLATFORM, "inputs": inputs, "outputs": outputs })
}

/// One of the tensors that a model takes or gives; `datatype` as the protocol names it.
pub fn tensor(name: &str, datatype: Option<&str>, shape: &[u32]) -> Value {
    json!({ "name": name, "datatype": datatype, "shape": shape })
}

/// `GET /v2/models/{name}/ready`, of a model that is.
pub fn model_ready(name: &str) -> Value {
    json!({ "name": name, "ready": true })
}

/// One version in the answer to `POST /v2/repository/index`, in the words of Triton's
/// [repository extension](https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_repository.md);
/// with the reason why it cannot answer, if it cannot.
pub fn entry(name: &str, version: &str, unavailable: Option<&str>) -> Value {
    let state = if unavailable.is_none() { "READY" } else { "UNAVAILABLE" };
    json!({ "name": name, "version": version, "state": state, "reason": unavailable.unwrap_or_default() })
}
