//! `maasm inspect` on the command line.
//!
//! # Layout
//! - `report`: what it tells of a model, as text and as JSON
//! - `unsupported`: what it tells of a model that does not compile
//! - `html`: the page that `--html` writes
//! - `refused`: files that are no models give one `error:` line and exit code 1
//! - `structure`: `--structure` and back

mod html;
mod refused;
mod report;
mod structure;
mod unsupported;

use serde_json::Value as Json;
use std::path::Path;
use std::process::{Command, Output};
use tract_onnx::pb::{GraphProto, ModelProto};

fn maasm(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_maasm")).current_dir(folder).args(arguments).output().unwrap()
}

/// A new folder with these bytes as `model.onnx`.
fn folder(bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.onnx"), bytes).unwrap();
    folder
}

#[track_caller]
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = maasm(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn graph(model: &mut ModelProto) -> &mut GraphProto {
    model.graph.as_mut().unwrap()
}

#[track_caller]
fn json(folder: &Path, arguments: &[&str]) -> Json {
    serde_json::from_str(&printed(folder, &[&["inspect", "model.onnx", "--json"], arguments].concat())).unwrap()
}
