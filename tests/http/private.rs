//! Paths of the server's files: answers and jobs do not tell them, and the log does.

use crate::http::models::small;
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server, length, maasm};
use maasm_registry::Registry;
use maasm_tests::docker::Docker;
use maasm_tests::onnx::{encode, small_network, value, weights};
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A server with a data folder of its own, by this command.
fn server_by(command: Command, arguments: &[&str]) -> (Server, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    // The database is there before anything is limited.
    drop(Registry::open(folder.path()).unwrap());
    let data = ["--data-dir", folder.path().to_str().unwrap()];
    (Server::start_by(command, &[], &[&data[..], arguments].concat()), folder)
}

fn server() -> (Server, TempDir) {
    server_by(maasm(), &[])
}

fn post(server: &Server, path: &str, body: &[u8]) -> Answer {
    server.send("POST", path, &length(body), body)
}

/// Checks that neither an answer nor the jobs tell of this place.
#[track_caller]
fn tells_nothing_of(place: &Path, server: &Server, answer: &Answer) {
    let place = place.to_str().unwrap();
    assert!(!answer.body.contains(place), "{answer:?}");
    let jobs = server.get("/api/v1/jobs");
    assert!(!jobs.body.contains(place), "{jobs:?}");
}

/// Checks that an answer tells nothing but that the server fails, and the log this, under the request's id or the job's.
#[track_caller]
fn is_internal(answer: &Answer, place: &Path, server: &Server, says: &str) {
    let problem = answer.is_problem(500, "internal", "its log says why");
    tells_nothing_of(place, server, answer);
    let id = problem["job"].as_str().or(problem["instance"].as_str()).unwrap();
    let log = server.log();
    assert!(log.lines().any(|line| line.contains(id) && line.contains(says)), "it should say {says:?}: {log}");
}

#[test]
fn what_is_wrong_with_an_upload_is_told_without_where_the_server_keeps_it() {
    let (server, folder) = server();
    let cases: [(&[u8], &str); 4] = [
        (b"no model", "model: "),
        (b"\0asm and nothing", "the component "),
        (br#"{"params": {}, "structure": 1}"#, "model: "),
        (br#"{"params": {"#, "model: "),
    ];
    for (body, says) in cases {
        let answer = post(&server, "/api/v1/model?name=animals&version=1.0.0&wait=true", body);
        answer.is_problem(422, "model-refused", says);
        tells_nothing_of(folder.path(), &server, &answer);
    }
    let answer = server.send("PUT", "/api/v1/data/photos", &length(b"no archive"), b"no archive");
    answer.is_problem(422, "bad-data", "photos is neither");
    tells_nothing_of(folder.path(), &server, &answer);
}

#[test]
fn a_component_that_there_is_no_space_for_is_the_servers_trouble_and_not_the_models() {
    // Files may have so many blocks of 512 bytes: more than the database has and less than a component.
    let limited = "trap '' XFSZ; ulimit -f 600; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", limited]).arg(maasm().get_program());
    let (server, folder) = server_by(command, &[]);
    // The one component is too large to be written, and the other one's memory to be made.
    let mut wide = small_network();
    let initializers = &mut wide.graph.as_mut().unwrap().initializer;
    initializers.retain(|tensor| !tensor.name.starts_with("fc."));
    initializers.extend([weights("fc.weight", &[4, 12_000]), weights("fc.bias", &[12_000])]);
    wide.graph.as_mut().unwrap().output = vec![value("scores", &[1, 12_000])];
    for (model, says) in [(wide, "cannot write"), (small_network(), "cannot be loaded now")] {
        let answer = post(&server, "/api/v1/model?name=animals&version=1.0.0&wait=true", &encode(&model));
        is_internal(&answer, folder.path(), &server, says);
        // EFBIG
        assert!(server.log().contains("(os error 27)"), "{}", server.log());
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_is_not_named() {
    let (server, folder) = server();
    let place = folder.path().to_str().unwrap();
    let (temporary, jobs) = (folder.path().join("temporary"), folder.path().join("jobs"));
    let _ = std::fs::remove_dir_all(&temporary);
    std::fs::write(&temporary, "no folder").unwrap();
    let answer = post(&server, "/api/v1/model?wait=true", &small("animals", "1.0.0"));
    is_internal(&answer, folder.path(), &server, place);
    std::fs::remove_dir_all(&jobs).unwrap();
    std::fs::write(&jobs, "no folder").unwrap();
    let answer = post(&server, "/api/v1/model?wait=true", &small("animals", "1.0.0"));
    is_internal(&answer, folder.path(), &server, place);
}

#[test]
fn a_pull_that_cannot_be_kept_is_the_servers_trouble() {
    let Some(docker) = Docker::start() else { return };
    let (from, _folder) = server();
    assert_eq!(post(&from, "/api/v1/model?wait=true", &small("animals", "1.0.0")).status, 201);
    let place = format!("oci://{}/models/animals:1.0.0", docker.address);
    let push = json!({"version": "animals@1.0.0", "to": place}).to_string();
    assert_eq!(post(&from, "/api/v1/push?wait=true", push.as_bytes()).status, 201);
    let (server, folder) = server();
    let _ = std::fs::remove_dir_all(folder.path().join("temporary"));
    std::fs::write(folder.path().join("temporary"), "no folder").unwrap();
    let answer = post(&server, "/api/v1/pull?wait=true", json!({ "from": place }).to_string().as_bytes());
    is_internal(&answer, folder.path(), &server, "cannot read or write the registry's folder");
}

#[test]
fn an_archive_that_there_is_no_room_to_unpack_is_the_servers_trouble() {
    let elsewhere = tempfile::tempdir().unwrap();
    let gone = elsewhere.path().join("gone");
    let mut command = maasm();
    command.env("TMPDIR", &gone);
    let (server, folder) = server_by(command, &[]);
    let mut archive = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    archive.write_all(&[0; 1024]).unwrap();
    let archive = archive.finish().unwrap();
    let answer = server.send("PUT", "/api/v1/data/photos", &length(&archive), &archive);
    is_internal(&answer, folder.path(), &server, "(os error 2)");
}

#[test]
fn dockers_configuration_and_onnxruntimes_library_are_not_named() {
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("config.json"), "no JSON").unwrap();
    let mut command = maasm();
    command.env("DOCKER_CONFIG", elsewhere.path());
    let library = elsewhere.path().join("libonnxruntime.so");
    let (server, _folder) = server_by(command, &["--onnxruntime", library.to_str().unwrap()]);
    assert_eq!(post(&server, "/api/v1/model?wait=true", &small("animals", "1.0.0")).status, 201);
    let push = json!({"version": "animals@1.0.0", "to": "oci://127.0.0.1:1/animals:1.0.0"}).to_string();
    let answer = post(&server, "/api/v1/push?wait=true", push.as_bytes());
    answer.is_problem(502, "remote-failed", "Docker configuration");
    tells_nothing_of(elsewhere.path(), &server, &answer);
    let execution = json!({"engine": "nn", "backend": "onnxruntime"});
    let deploy = json!({"model": "animals", "version": "1.0.0", "execution": execution}).to_string();
    let answer = post(&server, "/api/v1/deploy", deploy.as_bytes());
    answer.is_problem(409, "cannot-load", "no onnxruntime library where the server looks for one");
    tells_nothing_of(elsewhere.path(), &server, &answer);
    for file in ["config.json", "libonnxruntime.so"] {
        assert!(server.log().contains(elsewhere.path().join(file).to_str().unwrap()), "{file}: {}", server.log());
    }
    server.recognize(&jpeg()).is_problem(404, "not-deployed", "");
}
