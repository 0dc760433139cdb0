//! Optimising and tuning over HTTP.

use crate::commands::samples;
use crate::http::server::{Answer, Server, length};
use maasm_tests::onnx;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tract_onnx::pb::StringStringEntryProto;

/// A server of `net` 1.0.0, which it compiled itself, with two data sets: `few`, and `many` with so many samples.
fn server(samples: usize) -> (Server, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&[], &["--data-dir", folder.path().to_str().unwrap()]);
    // An ONNX file says in its metadata what a document says.
    let mut model = onnx::small_network();
    let told = json!({"labels": ["ant", "bee", "cat", "dog", "eel"], "preprocess": "imagenet", "name": "net"});
    model.metadata_props.push(StringStringEntryProto { key: "maasm".into(), value: told.to_string() });
    let answer = send(&server, "POST", "/api/v1/model?name=net&wait=true", &onnx::encode(&model));
    assert_eq!((answer.status, &answer.json()["state"]), (201, &json!("succeeded")), "{answer:?}");
    for (name, samples) in [("few", 10), ("many", samples)] {
        let data = samples::table(samples);
        let answer = send(&server, "PUT", &format!("/api/v1/data/{name}"), &packed(data.path()));
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    (server, folder)
}

fn send(server: &Server, method: &str, path: &str, body: &[u8]) -> Answer {
    server.send(method, path, &length(body), body)
}

fn document(server: &Server, path: &str, document: &Value) -> Answer {
    send(server, "POST", path, document.to_string().as_bytes())
}

/// Everything that a table names, as an archive.
fn packed(folder: &Path) -> Vec<u8> {
    let data = maasm_evaluation::data::Dataset::open(&folder.join("many.csv"), &Default::default()).unwrap();
    let mut packed = Vec::new();
    data.pack(&mut packed).unwrap();
    packed
}

#[test]
fn what_makes_no_sense_is_refused_at_once() {
    let (server, _folder) = server(10);
    let refused = |document_of: Value, status: u16, kind: &str, says: &str| {
        document(&server, "/api/v1/optimize", &document_of).is_problem(status, kind, says);
    };
    refused(json!({"version": "net"}), 400, "bad-request", "nothing is asked for");
    refused(json!({"version": "net@1.0.0", "recipe": {"prune": 2}}), 400, "bad-request", "between 0 and 1");
    refused(json!({"version": "net@1.0.0", "recipe": {"shrink": 2}}), 400, "bad-request", "shrink");
    let quantize = json!({"quantize": "int8"});
    refused(json!({"version": "net@1.0.0", "recipe": quantize}), 400, "bad-request", "`calibrate`");
    let unknown = json!({"version": "net@1.0.0", "recipe": quantize, "calibrate": "none"});
    refused(unknown, 404, "no-such-data", "none");
    refused(json!({"version": "net@3.0.0", "recipe": {"prune": 0.5}}), 404, "no-such-model", "3.0.0");
    let search = json!({"version": "net@1.0.0", "search": {"max_top1_drop": 0.01}});
    refused(search, 400, "bad-request", "`evaluate`");
    let answer = document(&server, "/api/v1/tune", &json!({"version": "net@1.0.0", "data": "few", "folds": 1}));
    answer.is_problem(400, "bad-request", "2 to 50 folds");
    // What turns out later fails the job.
    let overlap = json!({"version": "net@1.0.0", "recipe": quantize, "calibrate": "few", "evaluate": "many"});
    let answer = document(&server, "/api/v1/optimize?wait=true", &overlap);
    answer.is_problem(422, "bad-data", "would be evaluated, too");
    assert_eq!(server.get("/api/v1/models/net").json()["versions"].as_array().unwrap().len(), 1);
}

#[test]
fn optimising_that_was_killed_goes_on_and_makes_one_version() {
    let (mut server, folder) = server(20_000);
    let wanted = json!({"version": "net@1.0.0", "recipe": {"weights": "f16"}, "evaluate": "many", "resamples": 50});
    let answer = document(&server, "/api/v1/optimize", &wanted);
    assert_eq!(answer.status, 202, "{answer:?}");
    let place = answer.header("location").unwrap().to_owned();
    let begin = Instant::now();
    loop {
        let job = server.get(&place).json();
        let stage = job["stage"].as_str().unwrap();
        if stage.starts_with("evaluating net 1.1.0: ") && !stage.contains(": 0 of") {
            break;
        }
        assert!(job["state"] == "queued" || job["state"] == "running", "{job}");
        assert!(begin.elapsed() < Duration::from_secs(60), "{job}");
        std::thread::sleep(Duration::from_millis(5));
    }
    server.signal("KILL");
    server.wait();
    let server = Server::start(&[], &["--data-dir", folder.path().to_str().unwrap()]);
    let job = server.get(&format!("{place}?wait=true")).json();
    assert_eq!(job["state"], "succeeded", "{job}");
    let version = &job["result"]["version"];
    assert_eq!((&version["version"], &job["result"]["parent"]), (&json!("1.1.0"), &json!("net@1.0.0")));
    assert_eq!(version["provenance"]["recipe"], json!({"weights": "f16"}));
    assert_eq!(job["result"]["evaluation"]["evaluated"], 20_000);
    assert_eq!(server.get("/api/v1/models/net").json()["versions"].as_array().unwrap().len(), 2);
    let report = server.get("/api/v1/models/net/versions/1.1.0/evaluations/latest").json();
    assert!(report["run"]["resumed"].as_u64().unwrap() > 0, "it began anew: {}", report["run"]);

    // The file that it was made of is kept as long as the version is.
    let collected = send(&server, "POST", "/api/v1/gc", b"{}");
    assert_eq!(collected.status, 200, "{collected:?}");
    let again = json!({"version": "net@1.1.0", "recipe": {"prune": 0.5}});
    let job = document(&server, "/api/v1/optimize?wait=true", &again).json();
    assert_eq!(job["state"], "succeeded", "{job}");
}
