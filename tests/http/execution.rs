//! What computes a deployment: the sandbox, or the host through wasi-nn. The same calls, the same answers.

use crate::commands::samples;
use crate::http::models::{small, two_inputs};
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server, length};
use maasm_tests::nn::onnxruntime;
use maasm_tests::onnx;
use serde_json::{Value, json};
use tempfile::TempDir;
use tract_onnx::pb::StringStringEntryProto;

/// A server with a data folder of its own.
fn server(arguments: &[&str]) -> (Server, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let data = ["--data-dir", folder.path().to_str().unwrap()];
    (Server::start(&[], &[&data[..], arguments].concat()), folder)
}

fn post(server: &Server, path: &str, body: &[u8]) -> Answer {
    server.send("POST", path, &length(body), body)
}

fn deploy(server: &Server, model: &str, execution: &Value) -> Answer {
    let request = json!({"model": model, "version": "1.0.0", "execution": execution});
    post(server, "/api/v1/deploy", request.to_string().as_bytes())
}

#[track_caller]
fn deployed(server: &Server, model: &str, execution: &Value) {
    let answer = deploy(server, model, execution);
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn publish(server: &Server, query: &str, body: &[u8]) {
    let answer = post(server, &format!("/api/v1/model?wait=true{query}"), body);
    assert_eq!((answer.status, &answer.json()["state"]), (201, &json!("succeeded")), "{answer:?}");
}

/// The small network as an ONNX file, which the server compiles and keeps.
fn onnx() -> Vec<u8> {
    let mut model = onnx::small_network();
    let told = json!({"labels": ["ant", "bee", "cat", "dog", "eel"], "preprocess": "imagenet"});
    model.metadata_props.push(StringStringEntryProto { key: "maasm".into(), value: told.to_string() });
    onnx::encode(&model)
}

/// What a picture was recognised as, and how surely.
#[track_caller]
fn recognized(server: &Server) -> Vec<(String, f64)> {
    let document = server.recognize(&jpeg()).is_recognition();
    let one = |p: &Value| (p["label"].as_str().unwrap().to_owned(), p["score"].as_f64().unwrap());
    document["predictions"].as_array().unwrap().iter().map(one).collect()
}

#[track_caller]
fn alike(found: &[(String, f64)], expected: &[(String, f64)]) {
    assert_eq!(found.len(), expected.len());
    for ((label, score), (expected_label, expected_score)) in found.iter().zip(expected) {
        assert_eq!(label, expected_label);
        assert!((score - expected_score).abs() < 1e-5, "{score} is not {expected_score}");
    }
}

#[test]
fn the_kernels_of_the_host_answer_as_the_sandbox_does_until_it_is_rolled_back() {
    let (server, _folder) = server(&[]);
    publish(&server, "", &small("animals", "1.0.0"));
    deployed(&server, "animals", &json!({"engine": "sandbox"}));
    let expected = recognized(&server);
    deployed(&server, "animals", &json!({"engine": "nn"}));
    alike(&recognized(&server), &expected);
    assert!(server.log().contains("animals@1.0.0 computes through wasi-nn (native)"), "{}", server.log());
    let live = server.get("/api/v1/deployments/animals").json();
    assert_eq!(live["execution"], json!({"engine": "nn"}));
    let back = post(&server, "/api/v1/rollback", b"{}").json();
    assert_eq!((&back["execution"], back["revision"].as_u64()), (&Value::Null, Some(3)), "{back}");
    alike(&recognized(&server), &expected);
}

#[test]
fn tensors_go_through_it_and_wrong_ones_are_told_as_ever() {
    let (server, _folder) = server(&[]);
    publish(&server, "", &two_inputs("both", "1.0.0"));
    deployed(&server, "both", &json!({"engine": "nn", "backend": "native", "threads": 1}));
    let tensor = |name: &str, data: &[f32]| json!({"name": name, "shape": [1, 2], "datatype": "FP32", "data": data});
    let ask = |path: &str, a: &[f32]| {
        let inputs = json!({"inputs": [tensor("b", &[10.0, 20.0]), tensor("a", a)]});
        post(&server, path, inputs.to_string().as_bytes())
    };
    for path in ["/api/v1/infer?model=both", "/v2/models/both/infer"] {
        let answer = ask(path, &[1.0, 2.5]).json();
        let outputs: Vec<_> = answer["outputs"].as_array().unwrap().iter().map(|o| (&o["name"], &o["data"])).collect();
        assert_eq!(outputs, [(&json!("sum"), &json!([11.0, 22.5])), (&json!("product"), &json!([10.0, 50.0]))]);
        assert_eq!(ask(path, &[1.0]).status, 400);
    }
}

#[test]
fn what_the_host_cannot_compute_with_is_refused_and_nothing_changes() {
    let (server, folder) = server(&["--onnxruntime", "/nowhere"]);
    publish(&server, "", &small("animals", "1.0.0"));
    deployed(&server, "animals", &json!({"engine": "sandbox"}));
    let refused = |execution: Value, status: u16, kind: &str, says: &str| {
        deploy(&server, "animals", &execution).is_problem(status, kind, says);
    };
    refused(json!({"engine": "nn", "threads": 2}), 409, "cannot-load", "on one thread");
    refused(
        json!({"engine": "nn", "backend": "onnxruntime"}),
        409,
        "cannot-load",
        "no onnxruntime library where the server looks for one",
    );
    refused(json!({"engine": "nn", "backend": "abacus"}), 400, "bad-request", "abacus");
    refused(json!({"engine": "nn", "threads": 0}), 400, "bad-request", "nonzero");
    refused(json!({"engine": "gpu"}), 400, "bad-request", "gpu");
    let live = server.get("/api/v1/deployments/animals").json();
    assert_eq!((&live["revision"], &live["execution"]), (&json!(1), &Value::Null));
    // Nothing is wrong with the version.
    recognized(&server);
    drop((server, folder));
}

#[test]
fn a_server_that_lost_its_library_says_so_and_answers_once_it_is_back() {
    let Some(library) = onnxruntime() else { return };
    let (first, folder) = server(&["--onnxruntime", library.to_str().unwrap()]);
    publish(&first, "&name=net&version=1.0.0", &onnx());
    deployed(&first, "net", &json!({"engine": "nn", "backend": "onnxruntime"}));
    let expected = recognized(&first);
    drop(first);
    let restart =
        |library: &str| Server::start(&[], &["--data-dir", folder.path().to_str().unwrap(), "--onnxruntime", library]);
    let without = restart("/nowhere");
    without.recognize(&jpeg()).is_problem(503, "unavailable", "no onnxruntime library where the server looks for one");
    assert_eq!(without.get("/api/v1/deployments/net").json()["revision"], 1, "it did not go back");
    drop(without);
    alike(&recognized(&restart(library.to_str().unwrap())), &expected);
}

#[test]
fn onnxruntime_answers_as_the_sandbox_does() {
    let Some(library) = onnxruntime() else { return };
    let arguments = ["--onnxruntime", library.to_str().unwrap(), "--nn-backend", "onnxruntime", "--nn-threads", "2"];
    let (server, _folder) = server(&arguments);
    publish(&server, "&name=net&version=1.0.0", &onnx());
    deployed(&server, "net", &json!({"engine": "sandbox"}));
    let expected = recognized(&server);
    deployed(&server, "net", &json!({"engine": "nn"}));
    alike(&recognized(&server), &expected);
    assert!(server.log().contains("net@1.0.0 computes through wasi-nn (onnxruntime"), "{}", server.log());
    server.recognize(b"no picture").is_problem(415, "unsupported-media", "JPEG");
    publish(&server, "", &small("component", "1.0.0"));
    deploy(&server, "component", &json!({"engine": "nn"})).is_problem(409, "cannot-load", "is not kept here");
}

#[test]
fn an_evaluation_asks_what_is_deployed_and_says_what_computed() {
    let (server, _folder) = server(&[]);
    publish(&server, "", &samples::animals_that_answer("1.0.0", true));
    let data = samples::folder(20);
    let archive = data.path().join("photos.zip");
    samples::zip(data.path(), &archive);
    let archive = std::fs::read(archive).unwrap();
    let mut accuracies = Vec::new();
    for (execution, computed) in [("sandbox", false), ("nn", true)] {
        deployed(&server, "animals", &json!({"engine": execution}));
        let answer = post(&server, "/api/v1/evaluate?version=animals@1.0.0&wait=true", &archive);
        assert_eq!(answer.status, 201, "{answer:?}");
        let report = server.get("/api/v1/models/animals/versions/1.0.0/evaluations/latest").json();
        let host = report["run"]["host"]["maasm"].as_str().unwrap().to_owned();
        assert_eq!(host.ends_with("through wasi-nn (native)"), computed, "{host}");
        accuracies.push(report["metrics"]["accuracy"].clone());
    }
    assert_eq!(accuracies[0], accuracies[1]);
}

#[test]
fn the_command_line_deploys_so_too() {
    let server = Server::start(&[&small("animals", "1.0.0")], &["--execution", "nn"]);
    let live = server.get("/api/v1/deployments/animals").json();
    assert_eq!(live["execution"], json!({"engine": "nn"}));
    let deploy = |arguments: &[&str]| {
        let mut command = crate::http::server::maasm();
        command.args(["deploy", "animals", "--server", &format!("http://{}", server.address)]).args(arguments);
        command.output().unwrap()
    };
    let output = deploy(&["--execution", "nn", "--nn-backend", "native", "--nn-threads", "1"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text, "animals is at revision 2: 1.0.0, computed through wasi-nn by native on 1 thread\n", "{output:?}");
    let output = deploy(&["--nn-threads", "1"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("--execution"), "{output:?}");
    recognized(&server);
}
