//! Starting, being busy, ending.

use crate::http::models::{looping, small};
use crate::http::pictures::jpeg;
use crate::http::server::{Server, maasm, read_answer};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Begins a request that takes the model's whole deadline.
fn begin_long_call(server: &Server) -> TcpStream {
    let mut stream = server.begin("POST", "/api/v1/recognize?model=looping", "Content-Length: 1\r\n");
    stream.write_all(b"x").unwrap();
    // Time to arrive: nothing tells from outside that it has.
    std::thread::sleep(Duration::from_millis(300));
    stream
}

#[test]
fn a_server_that_is_told_to_end_finishes_what_is_in_flight_and_takes_nothing_new() {
    let mut server = Server::start(&[&looping()], &["--deadline", "2s"]);
    let in_flight = begin_long_call(&server);
    server.terminate();
    std::thread::sleep(Duration::from_millis(300));
    assert!(TcpStream::connect(server.address).is_err(), "it should take no new connections");
    read_answer(in_flight).is_problem(504, "deadline-passed", "");
    assert!(server.wait().success());
}

#[test]
fn a_server_that_is_told_to_end_does_not_wait_for_ever() {
    let mut server = Server::start(&[&looping()], &["--deadline", "60s", "--shutdown-timeout", "500ms"]);
    let _in_flight = begin_long_call(&server);
    let start = Instant::now();
    server.terminate();
    assert!(server.wait().success());
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn a_request_that_finds_no_place_is_turned_away_and_may_come_again() {
    let arguments = ["--deadline", "2s", "--max-concurrent", "1", "--max-waiting", "0"];
    let server = Server::start(&[&looping(), &small("animals", "1.0.0")], &arguments);
    let in_flight = begin_long_call(&server);
    let turned_away = server.recognize_with("?model=animals", &jpeg());
    turned_away.is_problem(503, "busy", "try again");
    assert_eq!(turned_away.header("retry-after"), Some("1"));
    assert_eq!(server.get("/healthz").status, 200);
    read_answer(in_flight).is_problem(504, "deadline-passed", "");
    server.recognize_with("?model=animals", &jpeg()).is_recognition();
}

#[test]
fn requests_that_find_a_place_in_the_queue_are_all_answered() {
    let server = Server::start(&[&small("animals", "1.0.0")], &["--max-concurrent", "2", "--max-waiting", "30"]);
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| server.recognize(&jpeg()).is_recognition());
        }
    });
}

#[test]
fn every_request_has_its_line_in_the_log() {
    let mut server = Server::start(&[&small("animals", "1.0.0")], &["--log-format", "json"]);
    let body = jpeg();
    let headers = format!("X-Request-Id: order-66\r\nContent-Length: {}\r\n", body.len());
    let answer = server.send("POST", "/api/v1/recognize?top_k=1", &headers, &body);
    assert_eq!(answer.header("x-request-id"), Some("order-66"));
    server.terminate();
    server.wait();
    let log = server.log();
    let line = log.lines().find(|line| line.contains("order-66")).unwrap_or_else(|| panic!("{log}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["method"], &line["path"]), (&"POST".into(), &"/api/v1/recognize".into()));
    assert_eq!((&line["status"], &line["model"], &line["version"]), (&200.into(), &"animals".into(), &"1.0.0".into()));
    assert!(line["duration_ms"].as_f64().unwrap() > 0.0);
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log}");
}

/// Runs `maasm` and checks that it fails with one line, after what it logged, that says this.
#[track_caller]
fn fails(arguments: &[&str], says: &str) {
    let output = maasm().args(arguments).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(output.stdout.is_empty(), "it should not say that it serves");
    let mut told = stderr.lines().filter(|line| !line.contains(" INFO "));
    let error = told.next().unwrap_or_default();
    assert!(error.starts_with("error: ") && error.contains(says), "it should say {says:?}: {stderr}");
    assert_eq!(told.next(), None);
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn what_cannot_be_served_is_told_before_anything_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let model = small("animals", "1.0.0");
    let good = written(folder.path(), "good.wasm", &model);
    let corrupt = written(folder.path(), "corrupt.wasm", &model[..model.len() / 2]);
    let text = written(folder.path(), "text.wasm", b"no component");
    let any = ["serve", "--listen", "127.0.0.1:0"];
    fails(&[&any[..], &["nowhere.wasm"]].concat(), "nowhere.wasm");
    fails(&[&any[..], &[&good, &corrupt]].concat(), "corrupt.wasm");
    let folder = folder.path().to_str().unwrap();
    fails(&["serve", "--listen", "0.0.0.0:0", "--data-dir", folder], "maasm key create");
    fails(&["serve", &good, "--listen", "0.0.0.0:0"], "there are no keys");
    fails(&[&any[..], &[&text]].concat(), "text.wasm");
    fails(&[&any[..], &[&good, &good]].concat(), "animals 1.0.0");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    fails(&["serve", &good, "--listen", &address], &address);
}

#[test]
fn files_are_recognised_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let model = written(folder.path(), "model.wasm", &small("animals", "1.0.0"));
    let photograph = written(folder.path(), "photograph.jpg", &jpeg());
    let output = maasm().args(["recognize", &model, &photograph, "--top-k", "2"]).output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(table.contains("image/jpeg, 64 × 48") && table.contains(" %") && table.contains(" ms:"), "{table}");

    let output = maasm().args(["recognize", "--json", &model, "nowhere.jpg", &photograph]).output().unwrap();
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&line["file"], &line["model"]), (&photograph.into(), &"animals".into()));
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("error: nowhere.jpg: ") && stderr.trim_end().lines().count() == 1, "{stderr}");
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let model = written(folder.path(), "model.wasm", &small("animals", "1.0.0"));
    let photograph = written(folder.path(), "photograph.jpg", &jpeg());
    let mut command = maasm();
    command.args(["recognize", &model, &photograph]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    drop(process.stdout.take());
    let output = process.wait_with_output().unwrap();
    let sigpipe = 13;
    assert_eq!((output.status.signal(), String::from_utf8(output.stderr).unwrap()), (Some(sigpipe), String::new()));
}

#[test]
fn a_wrong_command_line_is_told_from_what_failed() {
    for wrong in [
        &["serve", "--max-jobs", "0"][..],
        &["recognize", "a.wasm"],
        &["dance"],
        &["serve", "a.wasm", "--deadline", "0s"],
    ] {
        assert_eq!(maasm().args(wrong).output().unwrap().status.code(), Some(2), "{wrong:?}");
    }
}
