//! The description of the interface: it is sound, it is what is checked in, and the server keeps what it promises.

use crate::http::models::{small, two_inputs};
use crate::http::pictures::jpeg;
use crate::http::server::{Server, length};
use maasm_tests::python;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The checked-in copy.
const COPY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");

fn document() -> Value {
    serde_json::to_value(maasm_server::document()).unwrap()
}

/// All operations: where, how, what.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let methods = paths.flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |method| (path, method)));
    methods.map(|(path, (method, operation))| (path.as_str(), method.as_str(), operation)).collect()
}

#[test]
fn the_checked_in_description_is_the_servers() {
    let text = maasm_server::document().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("MAASM_UPDATE_DOCS").is_some() {
        std::fs::write(COPY, &text).unwrap();
    }
    let copy = std::fs::read_to_string(COPY).unwrap_or_default();
    assert!(
        copy == text,
        "docs/openapi.json is not what the server says; `MAASM_UPDATE_DOCS=1 cargo test -p maasm --test maasm http::openapi \
         description` writes it anew"
    );
}

#[test]
fn every_operation_has_a_name_a_summary_answers_with_schemas_errors_and_the_role_that_it_needs() {
    let document = document();
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}: {operation}");
        assert!(names.insert(operation["operationId"].as_str().expect(&what)), "the name is there twice: {what}");
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{what}");
        let responses = operation["responses"].as_object().expect(&what);
        assert_eq!(responses["default"]["$ref"], "#/components/responses/Problem", "{what}");
        let good: Vec<_> = responses.iter().filter(|(status, _)| status.starts_with('2')).collect();
        assert!(!good.is_empty(), "{what}");
        let bodies = good
            .iter()
            .map(|(_, response)| &response["content"])
            .chain(operation.get("requestBody").map(|b| &b["content"]));
        for (kind, content) in bodies.flat_map(|content| content.as_object().expect(&what)) {
            // Bytes need no schema to be described by.
            let bytes = kind.starts_with("application/octet-stream") || kind == "application/wasm";
            let known = content["schema"].as_object().is_some_and(|schema| !schema.is_empty());
            assert!(bytes || known, "{kind}: {what}");
        }
        let open = path == "/healthz";
        assert_eq!(operation["security"].as_array().expect(&what).is_empty(), open, "{what}");
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let in_path = parameters.filter(|parameter| parameter["in"] == "path").count();
        assert_eq!(in_path, path.matches('{').count(), "{what}");
    }
    let needs = |path: &str, method: &str| document["paths"][path][method]["security"].clone();
    assert_eq!(needs("/api/v1/models", "get"), json!([{"key": []}]));
    assert_eq!(needs("/api/v1/recognize", "post"), json!([{"key": ["infer"]}]));
    assert_eq!(needs("/api/v1/deploy", "post"), json!([{"key": ["deploy"]}]));
}

#[test]
fn the_description_is_sound_and_answers_have_the_form_that_it_promises() {
    let Some(python) = python::interpreter() else { return };
    let server = Server::start(&[&small("animals", "1.0.0"), &two_inputs("both", "1.0.0")], &[]);
    let component = small("animals", "1.1.0");
    let tensors = |data: &str| {
        let tensor =
            |name: &str| format!(r#"{{"name": "{name}", "shape": [1, 2], "datatype": "FP32", "data": {data}}}"#);
        format!(r#"{{"inputs": [{}, {}]}}"#, tensor("a"), tensor("b")).into_bytes()
    };
    let mut answers = Vec::new();
    let mut ask = |method: &str, template: &str, path: &str, body: &[u8], status: u16| {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("{template}{path}") };
        let answer = server.send(&method.to_uppercase(), &path, &length(body), body);
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        let kind = answer.header("content-type").unwrap().to_owned();
        let body = answer.json();
        answers.push(json!({"method": method, "path": template, "status": status, "type": kind, "body": body}));
        body
    };
    ask("get", "/healthz", "", b"", 200);
    ask("post", "/api/v1/recognize", "?model=animals", &jpeg(), 200);
    ask("post", "/api/v1/recognize", "?model=animals", b"text", 415);
    ask("post", "/api/v1/recognize", "?model=plants", b"text", 404);
    ask("post", "/api/v1/infer", "?model=animals", &jpeg(), 200);
    ask("post", "/api/v1/infer", "?model=both", &tensors("[1, 2.5]"), 200);
    ask("post", "/api/v1/infer", "?model=both", &tensors("[3e38, 3e38]"), 200);
    let job = ask("post", "/api/v1/model", "?wait=true&deploy=true", &component, 201)["id"].clone();
    ask("post", "/api/v1/model", "?wait=true", b"\0asm and nothing", 422);
    ask("post", "/api/v1/model", "?name=later", b"no model", 202);
    ask("get", "/api/v1/jobs", "", b"", 200);
    ask("get", "/api/v1/jobs/{id}", &format!("/api/v1/jobs/{}", job.as_str().unwrap()), b"", 200);
    let stable = "/api/v1/models/animals/aliases/stable";
    ask("put", "/api/v1/models/{name}/aliases/{alias}", stable, br#"{"version": "1.0.0"}"#, 200);
    ask("get", "/api/v1/models", "?limit=1", b"", 200);
    ask("get", "/api/v1/models/{name}", "/api/v1/models/animals", b"", 200);
    ask("get", "/api/v1/models/{name}/versions/{version}", "/api/v1/models/animals/versions/stable", b"", 200);
    ask("delete", "/api/v1/models/{name}/versions/{version}", "/api/v1/models/animals/versions/1.0.0", b"", 409);
    ask("delete", "/api/v1/models/{name}/aliases/{alias}", stable, b"", 200);
    ask("post", "/api/v1/deploy", "", br#"{"model": "animals", "version": "1.0.0", "shadow": "1.1.0"}"#, 200);
    ask("get", "/api/v1/deployments", "", b"", 200);
    ask("get", "/api/v1/deployments/{model}", "/api/v1/deployments/animals", b"", 200);
    ask("post", "/api/v1/rollback", "", br#"{"model": "animals"}"#, 200);
    ask("post", "/api/v1/fsck", "", b"", 200);
    ask("post", "/api/v1/gc", "", b"", 200);
    ask("get", "/api/v1/audit", "", b"", 200);
    let served = server.get("/openapi.json").json();
    assert_eq!(served, document());
    // The last one: from here on the server asks for a key.
    ask("post", "/api/v1/keys", "", br#"{"name": "a program", "roles": ["infer"], "rate": 5}"#, 201);
    ask("get", "/api/v1/keys", "", b"", 401);

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/http/openapi.py");
    let mut command = Command::new(python);
    let mut checker = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let given = json!({"document": served, "answers": answers}).to_string();
    checker.stdin.take().unwrap().write_all(given.as_bytes()).unwrap();
    let output = checker.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "", "the document and the server differ");
}
