//! Requests that would change what they must not: each is refused for its reason, and nothing has changed.

use crate::http::models::{small, two_inputs};
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server, length};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Two versions of one model, of which the higher is live; and a model of two inputs.
fn server() -> Server {
    let components = [small("animals", "1.0.0"), small("animals", "1.1.0"), two_inputs("both", "1.0.0")];
    Server::start(&components.each_ref().map(Vec::as_slice), &[])
}

static SHARED: LazyLock<Server> = LazyLock::new(server);

fn send(server: &Server, method: &str, path: &str, body: &[u8]) -> Answer {
    server.send(method, path, &length(body), body)
}

fn deploy(server: &Server, document: &Value) -> Answer {
    send(server, "POST", "/api/v1/deploy", document.to_string().as_bytes())
}

/// Everything that a request could have changed.
fn state(server: &Server) -> Value {
    let paths = ["/api/v1/models", "/api/v1/models/animals", "/api/v1/deployments/animals", "/api/v1/keys"];
    json!(paths.map(|path| server.get(path).json()))
}

/// Checks that nothing changes by `hostile`, and that the live version still answers.
#[track_caller]
fn unchanged(server: &Server, hostile: impl FnOnce()) {
    let before = state(server);
    hostile();
    assert_eq!(state(server), before);
    assert_eq!(server.recognize_with("?model=animals", &jpeg()).is_recognition()["version"], "1.1.0");
}

/// Checks that a request is refused as the client's mistake, in the form that problems have.
#[track_caller]
fn refused(answer: &Answer, what: &str) {
    assert!([400, 404, 409, 422].contains(&answer.status), "{what}: {answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
    assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{what}: {answer:?}");
}

#[test]
fn names_that_lead_elsewhere_lead_nowhere() {
    let long = "a".repeat(5000);
    let names = ["..%2f..", "..%2F..%2Fetc%2Fpasswd", "%2e%2e", "%00", "a%00b", "a%0d%0ab", "%F0%9F%90%99", "-", &long];
    unchanged(&SHARED, || {
        for name in names {
            for (method, path, body) in [
                ("GET", format!("/api/v1/models/{name}"), ""),
                ("GET", format!("/api/v1/models/{name}/versions/1.0.0"), ""),
                ("GET", format!("/api/v1/models/animals/versions/{name}"), ""),
                ("GET", format!("/api/v1/models/{name}/versions/1.0.0/component"), ""),
                ("DELETE", format!("/api/v1/models/{name}/versions/1.0.0"), ""),
                ("DELETE", format!("/api/v1/models/animals/versions/{name}"), ""),
                ("PUT", format!("/api/v1/models/{name}/aliases/stable"), r#"{"version": "1.0.0"}"#),
                ("PUT", format!("/api/v1/models/animals/aliases/{name}"), r#"{"version": "1.0.0"}"#),
                ("DELETE", format!("/api/v1/models/animals/aliases/{name}"), ""),
                ("GET", format!("/api/v1/deployments/{name}"), ""),
                ("GET", format!("/api/v1/jobs/{name}"), ""),
                ("DELETE", format!("/api/v1/jobs/{name}"), ""),
                ("DELETE", format!("/api/v1/keys/{name}"), ""),
                ("POST", format!("/api/v1/model?wait=true&name={name}"), "x"),
                ("POST", format!("/api/v1/model?wait=true&version={name}"), "x"),
                ("POST", format!("/api/v1/recognize?model={name}"), "x"),
                ("POST", format!("/api/v1/infer?model=animals&version={name}"), "x"),
                ("GET", format!("/v2/models/{name}"), ""),
            ] {
                refused(&send(&SHARED, method, &path, body.as_bytes()), &format!("{method} {path}"));
            }
        }
        for name in ["../..", "\0", "..\\..", "a\nb", &long, ""] {
            refused(&deploy(&SHARED, &json!({"model": name, "version": "1.0.0"})), name);
            refused(&deploy(&SHARED, &json!({"model": "animals", "version": name})), name);
            let rollback = json!({"model": name}).to_string();
            refused(&send(&SHARED, "POST", "/api/v1/rollback", rollback.as_bytes()), name);
        }
    });
}

#[test]
fn documents_ten_thousand_deep_are_refused_at_every_route_that_reads_one() {
    const DEPTH: usize = 10_000;
    let list = |before: &str, after: &str| format!("{before}{}{}{after}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let documents = [
        list("", ""),
        format!("{}1{}", "{\"a\":".repeat(DEPTH), "}".repeat(DEPTH)),
        list("{\"model\": ", "}"),
        list("{\"inputs\": [{\"name\": \"a\", \"shape\": [1, 2], \"datatype\": \"FP32\", \"data\": ", "}]}"),
        list("{\"params\": {}, \"structure\": ", "}"),
        "[".repeat(DEPTH),
    ];
    let routes = [
        ("POST", "/api/v1/deploy"),
        ("POST", "/api/v1/rollback"),
        ("PUT", "/api/v1/models/animals/aliases/stable"),
        ("POST", "/api/v1/keys"),
        ("POST", "/api/v1/gc"),
        ("POST", "/api/v1/fsck"),
        ("POST", "/api/v1/model?name=deep&wait=true"),
        ("POST", "/api/v1/infer?model=both"),
        ("POST", "/v2/models/both/infer"),
    ];
    unchanged(&SHARED, || {
        for (method, path) in routes {
            for document in &documents {
                let answer = send(&SHARED, method, path, document.as_bytes());
                // To `infer`, what does not begin with `{` is a picture.
                let picture = answer.status == 422 || answer.status == 415;
                let is_picture = path.contains("/api/v1/infer") && document.starts_with('[') && picture;
                assert!(is_picture || [400, 422].contains(&answer.status), "{method} {path}: {answer:?}");
                assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            }
        }
    });
}

#[test]
fn tensors_that_hold_no_numbers_or_too_few_are_refused() {
    let tensor = |data: &str, shape: &str| {
        let b = r#"{"name": "b", "shape": [1, 2], "datatype": "FP32", "data": [1, 2]}"#;
        format!(r#"{{"inputs": [{{"name": "a", "shape": {shape}, "datatype": "FP32", "data": {data}}}, {b}]}}"#)
    };
    unchanged(&SHARED, || {
        for (data, shape) in [
            ("[NaN, 1]", "[1, 2]"),
            ("[Infinity, 1]", "[1, 2]"),
            ("[1e999, 1]", "[1, 2]"),
            ("[null, 1]", "[1, 2]"),
            ("[\"1\", 1]", "[1, 2]"),
            ("[1]", "[1, 2]"),
            ("[1, 2, 3]", "[1, 2]"),
            ("[]", "[1, 2]"),
            ("[1, 2]", "[2, 1]"),
            ("[1, 2]", "[-1, -2]"),
            ("[1, 2]", "[4294967296, 4294967296]"),
            ("[1, 2]", "[18446744073709551616]"),
            ("[]", "[0]"),
            ("[[1], [2, 3]]", "[1, 2]"),
        ] {
            let body = tensor(data, shape);
            let answer = send(&SHARED, "POST", "/api/v1/infer?model=both", body.as_bytes());
            answer.is_problem(400, "bad-tensor", "");
            assert_eq!(send(&SHARED, "POST", "/v2/models/both/infer", body.as_bytes()).status, 400, "{body}");
        }
        assert_eq!(
            send(&SHARED, "POST", "/api/v1/infer?model=both", tensor("[1, 2]", "[1, 2]").as_bytes()).status,
            200
        );
    });
}

#[test]
fn a_number_that_is_taken_keeps_its_component() {
    unchanged(&SHARED, || {
        let other = two_inputs("animals", "1.1.0");
        let query = "/api/v1/model?wait=true&deploy=true";
        let answer = send(&SHARED, "POST", query, &other);
        answer.is_problem(409, "version-exists", "publish another number");
    });
}

#[test]
fn a_version_that_answers_is_not_deleted() {
    unchanged(&SHARED, || {
        let answer = send(&SHARED, "DELETE", "/api/v1/models/animals/versions/1.1.0", &[]);
        answer.is_problem(409, "version-in-use", "needed by revision 1 of the deployment");
    });
}

#[test]
fn what_is_not_there_is_not_deployed_and_what_makes_no_whole_neither() {
    unchanged(&SHARED, || {
        let refused = |document: Value, status: u16, kind: &str| {
            deploy(&SHARED, &document).is_problem(status, kind, "");
        };
        refused(json!({"model": "animals", "version": "9.9.9"}), 404, "no-such-model");
        refused(json!({"model": "nobody"}), 404, "no-such-model");
        refused(json!({"model": "animals", "version": "1.0.0", "shadow": "9.9.9"}), 404, "no-such-model");
        refused(json!({"model": "animals", "version": "1.0.0", "sticky": "no header"}), 400, "bad-request");
        refused(json!({"model": "animals", "versions": [{"version": "1.0.0", "weight": 99}]}), 400, "bad-request");
        refused(json!({"model": "animals", "versions": [{"version": "1.0.0", "weight": 1e99}]}), 400, "bad-request");
        refused(json!({"model": "animals", "version": "1.0.0", "expected_revision": 7}), 409, "revision-moved");
        refused(json!({"model": "animals", "version": "1.0.0", "colour": "red"}), 400, "bad-request");
        refused(json!(["animals", "1.0.0"]), 400, "bad-request");
        refused(json!("animals"), 400, "bad-request");
    });
}

#[test]
fn deployments_at_once_come_one_after_the_other() {
    let server = server();
    let document = |version: usize| json!({"model": "animals", "version": format!("1.{}.0", version % 2)});
    let mut revisions: Vec<u64> = std::thread::scope(|scope| {
        let (server, document) = (&server, &document);
        let ask = |i| scope.spawn(move || deploy(server, &document(i)).json()["revision"].as_u64().unwrap());
        (0..8).map(ask).collect::<Vec<_>>().into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    revisions.sort_unstable();
    assert_eq!(revisions, (2..=9).collect::<Vec<u64>>());
    assert_eq!(server.get("/api/v1/deployments/animals").json()["revision"], 9);
    server.recognize_with("?model=animals", &jpeg()).is_recognition();
}

#[test]
fn of_deployments_that_expect_the_same_revision_one_is_made() {
    let server = server();
    let document = json!({"model": "animals", "version": "1.0.0", "expected_revision": 1});
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| deploy(&server, &document))).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((made.len(), refused.len()), (1, 7));
    for answer in refused {
        answer.is_problem(409, "revision-moved", "revision 2 by now, not at 1");
    }
}

fn send_again(server: &Server, path: &str, key: &str, body: &[u8]) -> Answer {
    server.send("POST", path, &format!("Idempotency-Key: {key}\r\n{}", length(body)), body)
}

#[test]
fn a_request_that_is_sent_twice_is_done_once_and_answered_the_same() {
    let server = server();
    let document = json!({"model": "animals", "version": "1.0.0"}).to_string();
    let deploy = |key: &str| send_again(&server, "/api/v1/deploy", key, document.as_bytes()).json();
    let first = deploy("\"once\"");
    assert_eq!((&first["revision"], &deploy("\"once\""), &deploy("once")), (&json!(2), &first, &first));
    assert_eq!(deploy("twice")["revision"], 3);
    let publish = || send_again(&server, "/api/v1/model?wait=true", "publish", &small("birds", "1.0.0")).json();
    assert_eq!(publish()["id"], publish()["id"]);
    assert_eq!(server.get("/api/v1/jobs").json()["jobs"].as_array().unwrap().len(), 1);
}

#[test]
fn an_idempotency_key_is_not_for_two_requests() {
    let server = server();
    let send = |path: &str, body: &[u8]| send_again(&server, path, "mine", body);
    assert_eq!(send("/api/v1/deploy", br#"{"model": "animals", "version": "1.1.0"}"#).status, 200);
    unchanged(&server, || {
        let other = br#"{"model": "animals", "version": "1.0.0"}"#;
        send("/api/v1/deploy", other).is_problem(422, "idempotency-key-reused", "mine");
        send("/api/v1/rollback", br#"{"model": "animals"}"#).is_problem(422, "idempotency-key-reused", "mine");
        send("/api/v1/model", &small("birds", "1.0.0")).is_problem(422, "idempotency-key-reused", "mine");
        let long = send_again(&server, "/api/v1/deploy", &"x".repeat(300), other);
        long.is_problem(400, "bad-request", "Idempotency-Key");
    });
}
