//! Publishing over HTTP: what is uploaded becomes a version, or is refused with the reason.

use crate::http::models::{small, two_inputs};
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server};
use maasm_tests::onnx::{encode, small_network};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A server with a data folder of its own.
fn server() -> (Server, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&[], &["--data-dir", folder.path().to_str().unwrap()]);
    (server, folder)
}

fn publish(server: &Server, query: &str, body: &[u8]) -> Answer {
    let head = format!("Content-Length: {}\r\n", body.len());
    server.send("POST", &format!("/api/v1/model{query}"), &head, body)
}

fn post(server: &Server, path: &str, document: &Value) -> Answer {
    let body = document.to_string();
    server.send("POST", path, &format!("Content-Length: {}\r\n", body.len()), body.as_bytes())
}

#[test]
fn an_onnx_file_becomes_a_version_that_answers_once_it_is_deployed() {
    let (server, _folder) = server();
    let onnx = encode(&small_network());
    let answer = publish(&server, "?name=animals&version=1.0.0&preprocess=imagenet&wait=true", &onnx);
    assert_eq!(answer.status, 201, "{answer:?}");
    let job = answer.json();
    assert_eq!(job["result"]["version"]["name"], "animals");
    let how = job["result"]["version"]["provenance"]["how"].as_str().unwrap();
    assert!(how.contains("--preprocess=imagenet"), "{how}");
    server.recognize_with("?model=animals", &jpeg()).is_problem(404, "not-deployed", "deploy one of 1.0.0");
    assert_eq!(post(&server, "/api/v1/deploy", &json!({"model": "animals"})).status, 200);
    assert_eq!(server.recognize(&jpeg()).is_recognition()["version"], "1.0.0");
}

#[test]
fn a_job_is_told_where_the_answer_says() {
    let (server, _folder) = server();
    let answer = publish(&server, "?name=animals&version=1.0.0", &encode(&small_network()));
    assert_eq!(answer.status, 202);
    let place = answer.header("location").unwrap().to_owned();
    let job = server.get(&format!("{place}?wait=true")).json();
    assert_eq!((&job["state"], &job["id"]), (&json!("succeeded"), &answer.json()["id"]));
    assert_eq!(server.get("/api/v1/jobs").json()["jobs"][0]["id"], job["id"]);
    let cancel = server.send("DELETE", &place, "", &[]);
    cancel.is_problem(409, "job-finished", "succeeded already");
    server.get("/api/v1/jobs/nothing").is_problem(404, "no-such-job", "nothing");
}

#[test]
fn a_component_is_published_as_it_is_and_the_same_one_again_changes_nothing() {
    let (server, _folder) = server();
    let component = small("animals", "1.0.0");
    let first = publish(&server, "?wait=true", &component).json();
    let again = publish(&server, "?wait=true", &component).json();
    assert_eq!(first["result"], again["result"]);
    let downloaded = server.get_bytes("/api/v1/models/animals/versions/1.0.0/component");
    assert_eq!(downloaded, component);
}

#[test]
fn a_number_that_was_used_is_not_used_for_another_component() {
    let (server, _folder) = server();
    assert_eq!(publish(&server, "?wait=true", &small("animals", "1.0.0")).status, 201);
    let other = two_inputs("animals", "1.0.0");
    publish(&server, "?wait=true", &other).is_problem(409, "version-exists", "is there already");
    let version = || server.send("DELETE", "/api/v1/models/animals/versions/1.0.0", "", &[]);
    assert_eq!(version().status, 200);
    version().is_problem(404, "no-such-model", "animals");
    publish(&server, "?wait=true", &other).is_problem(409, "version-exists", "a number is used once");
}

#[test]
fn without_a_number_the_next_one_is_taken() {
    let (server, _folder) = server();
    let onnx = encode(&small_network());
    let number = || publish(&server, "?name=animals&wait=true", &onnx).json()["result"]["version"]["version"].clone();
    assert_eq!((number(), number()), (json!("1.0.0"), json!("1.1.0")));
}

#[test]
fn what_is_no_model_is_refused_with_the_reason_and_leaves_nothing() {
    let (server, folder) = server();
    publish(&server, "?wait=true", b"").is_problem(400, "empty-upload", "no body");
    publish(&server, "?name=a&wait=true", b"hello").is_problem(422, "model-refused", "not an ONNX file");
    publish(&server, "?name=a&wait=true", b"{\"params\": {}}").is_problem(422, "model-refused", "structure");
    publish(&server, "?wait=true", &small("animals", "1.0.0")[..5000]).is_problem(422, "model-refused", "damaged");
    publish(&server, "?name=..%2F..&wait=true", b"x").is_problem(400, "bad-request", "cannot be a model's name");
    publish(&server, "?preprocess=%2Fetc%2Fpasswd", b"x").is_problem(400, "bad-request", "is no preset");
    publish(&server, "?version=one", b"x").is_problem(400, "bad-request", "not a semantic version");
    publish(&server, "?colour=red", b"x").is_problem(400, "bad-parameter", "colour");
    assert_eq!(server.get("/api/v1/models").json()["models"], json!([]));
    let left =
        std::fs::read_dir(folder.path().join("jobs")).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(left.count(), 0);
}

#[test]
fn a_form_may_hold_the_parts_of_a_model() {
    let (server, _folder) = server();
    let part = |name: &str, bytes: &[u8]| {
        let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\n\r\n");
        [head.as_bytes(), bytes, b"\r\n"].concat()
    };
    let labels = b"ant\nbee\ncat\ndog\neel\n";
    let name = b"--edge\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nanimals\r\n".to_vec();
    let body =
        [part("model", &encode(&small_network())), part("labels", labels), name, b"--edge--\r\n".to_vec()].concat();
    let head = format!("Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {}\r\n", body.len());
    let answer = server.send("POST", "/api/v1/model?wait=true", &head, &body);
    assert_eq!(answer.json()["result"]["version"]["labels"], 5, "{answer:?}");
}

#[test]
fn a_version_tells_what_its_scores_are_and_whoever_publishes_it_may_say() {
    let (server, _folder) = server();
    let network = encode(&small_network());
    let found = publish(&server, "?name=animals&version=1.0.0&wait=true", &network).json();
    assert_eq!(found["result"]["version"]["scores"], "logits");
    let told = publish(&server, "?name=animals&version=1.1.0&scores=sigmoid&wait=true", &network).json();
    assert_eq!(told["result"]["version"]["scores"], "sigmoid");
    let version = server.get("/api/v1/models/animals/versions/1.1.0").json();
    assert_eq!(version["scores"], "sigmoid");

    let form = |scores: &str| {
        let mut body =
            b"--limit\r\nContent-Disposition: form-data; name=\"model\"; filename=\"m.onnx\"\r\n\r\n".to_vec();
        body.extend(&network);
        let field = "\r\n--limit\r\nContent-Disposition: form-data; name=\"scores\"\r\n\r\n";
        body.extend(format!("{field}{scores}\r\n--limit--\r\n").bytes());
        let head = format!("Content-Type: multipart/form-data; boundary=limit\r\nContent-Length: {}\r\n", body.len());
        server.send("POST", "/api/v1/model?name=animals&version=1.2.0&wait=true", &head, &body)
    };
    let wrong = "\"softmax\" is none of auto, logits, probabilities and sigmoid";
    form("softmax").is_problem(400, "bad-request", wrong);
    publish(&server, "?name=animals&scores=softmax&wait=true", &network).is_problem(400, "bad-request", wrong);
    assert_eq!(form("probabilities").json()["result"]["version"]["scores"], "probabilities");
}
