//! `maasm build-worker`: the process that makes components for a server, as the server speaks with it.

use crate::commands::place::program;
use maasm_tests::onnx::{encode, small_network};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use tempfile::TempDir;

/// Starts the process and gives it a job; its standard input stays open.
fn start(job: &Value) -> Child {
    let mut command = program();
    command.arg("build-worker").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = command.spawn().unwrap();
    writeln!(process.stdin.as_mut().unwrap(), "{job}").unwrap();
    process
}

/// Everything that it says, and how it ends.
fn messages(mut process: Child) -> (Vec<Value>, ExitStatus) {
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let messages = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    (messages, process.wait().unwrap())
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.onnx"), encode(&small_network())).unwrap();
    folder
}

fn job(folder: &Path, request: Value, output: &str, memory: u64) -> Value {
    let mut request = request;
    request["model"] = json!(folder.join("model.onnx"));
    json!({"request": request, "output": folder.join(output), "memory": memory})
}

#[test]
fn stages_and_what_came_of_them_are_json() {
    let folder = folder();
    let request = json!({"name": "net", "version": "1.0.0", "keep_source": folder.path().join("kept.onnx")});
    let (messages, status) = messages(start(&job(folder.path(), request, "net.wasm", u64::MAX)));
    assert!(status.success());
    let (last, stages) = messages.split_last().unwrap();
    let stages: Vec<&str> = stages.iter().map(|message| message["stage"].as_str().unwrap()).collect();
    assert_eq!(stages, ["reading", "compiling", "packaging", "writing"]);
    assert_eq!((&last["built"]["name"], &last["built"]["version"]), (&json!("net"), &json!("1.0.0")));
    assert!(std::fs::read(folder.path().join("net.wasm")).unwrap().starts_with(b"\0asm"));
    assert!(folder.path().join("kept.onnx").is_file());
}

#[test]
fn a_refused_model_and_a_failing_machine_are_told_apart() {
    let folder = folder();
    let failed = |request: Value, output: &str| {
        let (mut messages, status) = messages(start(&job(folder.path(), request, output, u64::MAX)));
        assert!(status.success(), "{messages:?}");
        messages.pop().unwrap()["failed"].take()
    };
    let nameless = failed(json!({"version": "1.0.0"}), "net.wasm");
    assert_eq!(nameless["kind"], "refused");
    assert!(nameless["message"].as_str().unwrap().contains("--name"), "{nameless}");
    let named = json!({"name": "net", "version": "1.0.0"});
    assert_eq!(failed(named, "no/such/folder/net.wasm")["kind"], "machine");
}

#[test]
fn it_ends_with_whoever_waits_for_it_and_where_memory_ends() {
    let folder = folder();
    let request = json!({"name": "net", "version": "1.0.0"});
    let (heard, status) = messages(start(&job(folder.path(), request.clone(), "net.wasm", 1 << 20)));
    assert!(heard.iter().all(|message| message.get("built").is_none()), "{heard:?}");
    assert_eq!(status.signal(), Some(6), "a process that gets no memory aborts: {status}");

    let mut process = start(&job(folder.path(), request, "net.wasm", u64::MAX));
    drop(process.stdin.take());
    let status = process.wait().unwrap();
    // It may have been done before it noticed.
    assert!(status.code() == Some(1) || status.success(), "{status}");
}
