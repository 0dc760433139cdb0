//! Which version answers: deployed, split, followed by a shadow, rolled back.

use crate::http::models::small;
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A server with three versions of one model, of which the highest is live.
fn server() -> Server {
    let components = ["1.0.0", "1.1.0", "1.2.0"].map(|version| small("animals", version));
    Server::start(&components.each_ref().map(Vec::as_slice), &[])
}

fn post(server: &Server, path: &str, document: &Value) -> Answer {
    let body = document.to_string();
    server.send("POST", path, &format!("Content-Length: {}\r\n", body.len()), body.as_bytes())
}

fn deploy(server: &Server, document: &Value) -> Value {
    let answer = post(server, "/api/v1/deploy", document);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// The version that answers a request with this header.
fn answered(server: &Server, header: &str) -> String {
    let body = jpeg();
    let head = format!("{header}Content-Length: {}\r\n", body.len());
    let answer = server.send("POST", "/api/v1/recognize", &head, &body);
    answer.is_recognition()["version"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_deployed_answers_and_a_rollback_walks_back() {
    let server = server();
    assert_eq!(answered(&server, ""), "1.2.0");
    deploy(&server, &json!({"model": "animals", "version": "~1.0"}));
    deploy(&server, &json!({"model": "animals", "version": "1.1.0"}));
    assert_eq!(answered(&server, ""), "1.1.0");
    let back = || post(&server, "/api/v1/rollback", &json!({}));
    assert_eq!(back().json()["reason"], "rollback to 2");
    assert_eq!(answered(&server, ""), "1.0.0");
    assert_eq!(back().json()["versions"], json!([{"version": "1.2.0", "weight": 100}]));
    assert_eq!(answered(&server, ""), "1.2.0");
    back().is_problem(409, "nothing-before", "nothing before revision 5");
    let named = post(&server, "/api/v1/rollback", &json!({"model": "animals", "to": 3})).json();
    assert_eq!((&named["revision"], &named["versions"][0]["version"]), (&json!(6), &json!("1.1.0")));
    let shown = server.get("/api/v1/deployments/animals").json();
    assert_eq!(shown["revisions"].as_array().unwrap().len(), 6, "{shown}");
}

#[test]
fn traffic_is_split_as_the_weights_say_and_sticks_where_it_should() {
    let server = server();
    let shares = json!([{"version": "1.0.0", "weight": 50}, {"version": "1.1.0", "weight": 50}]);
    deploy(&server, &json!({"model": "animals", "versions": shares}));
    let new = (0..60).filter(|_| answered(&server, "") == "1.1.0").count();
    // Of 60 fair coins, fewer than 10 or more than 50 come up once in 10⁷ runs.
    assert!((10..=50).contains(&new), "{new} of 60");
    deploy(&server, &json!({"model": "animals", "versions": shares, "sticky": "x-user-id"}));
    let mut both: Vec<String> = Vec::new();
    for user in 0..12 {
        let header = format!("X-User-Id: user-{user}\r\n");
        let first = answered(&server, &header);
        assert!((0..4).all(|_| answered(&server, &header) == first));
        both.push(first);
    }
    both.sort();
    both.dedup();
    assert_eq!(both, ["1.0.0", "1.1.0"]);
}

#[test]
fn a_shadow_is_asked_the_same_and_only_counted() {
    let server = server();
    deploy(&server, &json!({"model": "animals", "version": "1.0.0", "shadow": "1.1.0"}));
    assert!((0..5).all(|_| answered(&server, "") == "1.0.0"));
    let start = Instant::now();
    let agreement = loop {
        let agreement = server.get("/api/v1/deployments/animals").json()["agreement"].clone();
        let counted = ["agreed", "differed", "failed", "skipped"].map(|outcome| agreement[outcome].as_u64().unwrap());
        if counted.iter().sum::<u64>() == 5 {
            break agreement;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{agreement}");
    };
    assert_eq!(agreement, json!({"agreed": 5, "differed": 0, "failed": 0, "skipped": 0}));
}

#[test]
fn shares_that_make_no_whole_change_nothing() {
    let server = server();
    let before = server.get("/api/v1/deployments").body;
    let refused = |document: Value, status, kind, says| {
        post(&server, "/api/v1/deploy", &document).is_problem(status, kind, says);
    };
    let shares = |a: u8, b: u8| json!([{"version": "1.0.0", "weight": a}, {"version": "1.1.0", "weight": b}]);
    refused(json!({"model": "animals", "versions": shares(60, 50)}), 400, "bad-request", "are 110 together");
    refused(json!({"model": "animals", "versions": []}), 400, "bad-request", "are 0 together");
    refused(json!({"model": "animals", "version": "9.9.9"}), 404, "no-such-model", "has no version");
    refused(json!({"model": "animals", "version": "1.0.0", "shadow": "9.9.9"}), 404, "no-such-model", "9.9.9");
    refused(json!({"model": "animals", "version": "1.0.0", "shadow": "1.0.0"}), 400, "bad-request", "own shadow");
    refused(json!({"model": "animals", "colour": "red"}), 400, "bad-request", "colour");
    refused(
        json!({"model": "animals", "version": "1.0.0", "expected_revision": 7}),
        409,
        "revision-moved",
        "at revision 1",
    );
    refused(json!({"model": "plants"}), 404, "no-such-model", "there is animals");
    assert_eq!(server.get("/api/v1/deployments").body, before);
}

#[test]
fn an_alias_stands_for_a_version_until_it_is_moved() {
    let server = server();
    let put = |version: &str| {
        let body = json!({ "version": version }).to_string();
        let head = format!("Content-Length: {}\r\n", body.len());
        server.send("PUT", "/api/v1/models/animals/aliases/stable", &head, body.as_bytes())
    };
    assert_eq!(put("^1").json()["version"], "1.2.0");
    assert_eq!(put("1.0.0").json()["version"], "1.0.0");
    let version = server.recognize_with("?version=stable", &jpeg()).is_recognition()["version"].clone();
    assert_eq!(version, "1.0.0");
    let delete = |path: &str| server.send("DELETE", &format!("/api/v1/models/animals/{path}"), "", &[]);
    delete("versions/1.0.0").is_problem(409, "version-in-use", "the alias stable");
    delete("versions/1.2.0").is_problem(409, "version-in-use", "revision 1 of the deployment");
    assert_eq!(delete("aliases/stable").status, 200);
    assert_eq!(delete("versions/1.0.0").status, 200);
    server.recognize_with("?version=stable", &jpeg()).is_problem(404, "no-such-model", "stable");
}
