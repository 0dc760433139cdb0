//! Components that are damaged on the disk: they are put in quarantine, and what answered before answers again.

use crate::http::models::small;
use crate::http::pictures::jpeg;
use crate::http::server::{Server, length};
use maasm_registry::Registry;
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// A data folder with three versions of a model, of which 1.1.0 answers after 1.0.0 did; and the server that it is for.
fn prepared() -> (Server, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&[&small("animals", "1.0.0")], &["--data-dir", folder.path().to_str().unwrap()]);
    for (version, query) in [("1.1.0", "?wait=true&deploy=true"), ("1.2.0", "?wait=true")] {
        let component = small("animals", version);
        let answer = server.send("POST", &format!("/api/v1/model{query}"), &length(&component), &component);
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    assert_eq!(server.recognize(&jpeg()).is_recognition()["version"], "1.1.0");
    (server, folder)
}

/// Ends the server, flips one bit in the middle of a version's component, and starts another.
fn damaged(mut server: Server, folder: &Path, version: &str) -> Server {
    server.terminate();
    assert!(server.wait().success());
    {
        let registry = Registry::open(folder).unwrap();
        let record = registry.find(&format!("animals@{version}").parse().unwrap()).unwrap();
        let path = registry.blobs().path(&record.component);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        // The file itself may not be written to.
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, bytes).unwrap();
    }
    Server::start(&[], &["--data-dir", folder.to_str().unwrap()])
}

fn version(server: &Server, number: &str) -> Value {
    server.get(&format!("/api/v1/models/animals/versions/{number}")).json()
}

fn deploy(server: &Server, version: &str) -> crate::http::server::Answer {
    let document = json!({"model": "animals", "version": version}).to_string();
    server.send("POST", "/api/v1/deploy", &length(document.as_bytes()), document.as_bytes())
}

#[test]
fn a_live_version_that_is_damaged_makes_way_for_the_one_before() {
    let (server, folder) = prepared();
    let server = damaged(server, folder.path(), "1.1.0");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(server.recognize(&jpeg()).is_recognition()["version"], "1.0.0"));
        }
    });
    let reason = version(&server, "1.1.0")["quarantined"].as_str().expect("it is in quarantine").to_owned();
    assert!(reason.contains("1.1.0 cannot be loaded") || reason.contains("damaged"), "{reason}");
    let live = server.get("/api/v1/deployments/animals").json();
    assert_eq!((&live["revision"], &live["versions"]), (&json!(3), &json!([{"version": "1.0.0", "weight": 100}])));
    assert!(live["reason"].as_str().unwrap().starts_with("1.1.0 cannot be loaded: "), "{live}");
    assert_eq!(live["by"], "maasm");

    deploy(&server, "1.1.0").is_problem(409, "cannot-load", "1.1.0 is in quarantine");
    server.recognize_with("?version=1.1.0", &jpeg()).is_problem(503, "unavailable", "1.1.0 is in quarantine");
    assert_eq!(server.get("/api/v1/deployments/animals").json(), live);
    assert_eq!(server.recognize(&jpeg()).is_recognition()["version"], "1.0.0");
}

#[test]
fn a_damaged_version_is_not_deployed_until_it_is_published_again() {
    let (server, folder) = prepared();
    let server = damaged(server, folder.path(), "1.2.0");
    let before = server.get("/api/v1/deployments/animals").json();
    deploy(&server, "1.2.0").is_problem(409, "cannot-load", "animals 1.2.0 cannot be loaded");
    deploy(&server, "1.2.0").is_problem(409, "cannot-load", "1.2.0 is in quarantine");
    assert!(version(&server, "1.2.0")["quarantined"].is_string());
    assert_eq!(server.get("/api/v1/deployments/animals").json(), before);
    assert_eq!(server.recognize(&jpeg()).is_recognition()["version"], "1.1.0");

    let component = small("animals", "1.2.0");
    let answer = server.send("POST", "/api/v1/model?wait=true", &length(&component), &component);
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(deploy(&server, "1.2.0").status, 200);
    assert_eq!(server.recognize(&jpeg()).is_recognition()["version"], "1.2.0");
}

#[test]
fn no_answer_tells_where_a_damaged_version_lies_and_the_log_does() {
    let (server, folder) = prepared();
    let server = damaged(server, folder.path(), "1.1.0");
    let path = folder.path().to_str().unwrap();
    let mut answers = vec![server.recognize_with("?version=1.1.0", &jpeg()), server.recognize(&jpeg())];
    answers.push(deploy(&server, "1.1.0"));
    let told = ["deployments/animals", "deployments", "models/animals", "models", "audit", "jobs"];
    answers.extend(told.map(|path| server.get(&format!("/api/v1/{path}"))));
    answers.push(server.send("POST", "/api/v1/fsck", "", b""));
    answers[0].is_problem(503, "unavailable", "cannot be loaded: its component is damaged: ");
    for answer in answers {
        assert!(!answer.body.contains(path), "{answer:?}");
    }
    assert!(server.log().contains(path), "{}", server.log());
}
