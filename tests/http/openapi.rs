//! The description of the interface: what is checked in is what the server gives, it is sound, and answers are as it
//! says.

use crate::models::small;
use crate::pictures::jpeg;
use crate::server::Server;
use maasm_tests::python;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;

fn checked_in() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json").into()
}

#[test]
fn what_is_checked_in_is_what_the_server_gives() {
    let text = maasm::server::document().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("MAASM_WRITE_OPENAPI").is_some() {
        std::fs::write(checked_in(), &text).unwrap();
    }
    let found = std::fs::read_to_string(checked_in()).unwrap_or_default();
    assert!(
        found == text,
        "docs/openapi.json is old; run the tests with MAASM_WRITE_OPENAPI=1 and look at what changed"
    );
}

#[test]
fn every_operation_says_what_it_is_and_how_it_fails() {
    let document = serde_json::to_value(maasm::server::document()).unwrap();
    let mut ids = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let what = format!("{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{what} has no summary");
            ids.push(operation["operationId"].as_str().unwrap_or_else(|| panic!("{what} has no id")).to_owned());
            let fails = &operation["responses"]["default"]["content"]["application/problem+json"];
            assert!(path == "/healthz" || fails["schema"].is_object(), "{what} does not say how it fails");
        }
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "two operations have one id: {ids:?}");
}

#[test]
fn the_description_is_sound_and_answers_are_as_it_says() {
    let Some(interpreter) = python::interpreter() else { return println!("skipped: MAASM_PYTHON names no Python") };
    let server = Server::start(&[&small("animals", "1.0.0"), &small("animals", "1.1.0")], &[]);
    let mut answers: Vec<Value> = Vec::new();
    let mut get = |path: &str, at: &str| {
        let answer = server.get(at);
        answers.push(json!([path, "get", answer.status, answer.json()]));
    };
    get("/api/v1/models", "/api/v1/models");
    get("/api/v1/models/{name}", "/api/v1/models/animals");
    get("/api/v1/models/{name}", "/api/v1/models/plants");
    get("/api/v1/models/{name}/versions/{version}", "/api/v1/models/animals/versions/latest");
    get("/api/v1/deployments", "/api/v1/deployments");
    get("/api/v1/deployments/{model}", "/api/v1/deployments/animals");
    get("/api/v1/jobs", "/api/v1/jobs");
    get("/api/v1/keys", "/api/v1/keys");
    get("/api/v1/audit", "/api/v1/audit?limit=3");
    get("/healthz", "/healthz");
    let mut post = |path: &str, body: &[u8]| {
        let answer = server.send("POST", path, &format!("Content-Length: {}\r\n", body.len()), body);
        answers.push(json!([path.split('?').next(), "post", answer.status, answer.json()]));
    };
    post("/api/v1/recognize", &jpeg());
    post("/api/v1/recognize", b"hello");
    post("/api/v1/infer", &jpeg());
    post("/api/v1/model?wait=true", &small("animals", "1.2.0"));
    post("/api/v1/deploy", b"{\"model\": \"animals\"}");
    post("/api/v1/rollback", b"");
    post("/api/v1/gc", b"{\"keep\": 5, \"dry_run\": true}");
    post("/api/v1/fsck", b"");
    let folder = tempfile::tempdir().unwrap();
    let (document, pairs) = (folder.path().join("openapi.json"), folder.path().join("answers.json"));
    std::fs::write(&document, server.get("/openapi.json").body).unwrap();
    std::fs::write(&pairs, json!(answers).to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/http/openapi.py");
    let output = Command::new(interpreter).arg(script).args([document, pairs]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
