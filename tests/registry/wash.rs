//! wasmCloud's `wash` takes what we push, and we take what it pushes.

use crate::registry::docker::{Docker, Referred};
use crate::registry::layout::{Layout, options};
use maasm_engine::{CachePolicy, Engine, EngineOptions};
use maasm_registry::blobs::Stored;
use maasm_registry::oci::attachment;
use maasm_tests::{component, python};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// `wash oci`, at home in this folder; nothing, and the reason printed, where there is none.
fn wash(home: &Path) -> Option<Command> {
    let program = python::program("wash_cli", "wash")?;
    let mut command = Command::new(program);
    command.env_clear().env("HOME", home).current_dir(home).args(["--non-interactive", "oci"]);
    Some(command)
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn wash_pulls_what_we_pushed() {
    let home = tempfile::tempdir().unwrap();
    let (Some(docker), Some(mut wash)) = (Docker::start(), wash(home.path())) else { return };
    let here = Layout::new();
    let bytes = component::named("cats", "unreachable");
    here.push(here.add(&bytes), &docker.reference("models/cats:1.0.0"), &options()).await.unwrap();
    let file = home.path().join("cats.wasm");
    run(wash.args(["pull", "--insecure", &format!("{}/models/cats:1.0.0", docker.address)]).arg(&file));
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    let cache = CachePolicy::Directory(home.path().join("cache"));
    let engine = Engine::new(EngineOptions { cache, ..EngineOptions::default() }).unwrap();
    assert_eq!(engine.load(&file).unwrap().description().name, "cats");
}

#[tokio::test]
async fn we_pull_what_wash_pushed() {
    let home = tempfile::tempdir().unwrap();
    let (Some(docker), Some(mut wash)) = (Docker::start(), wash(home.path())) else { return };
    let bytes = component::named("cats", "unreachable");
    let file = home.path().join("cats.wasm");
    std::fs::write(&file, &bytes).unwrap();
    run(wash.args(["push", "--insecure", &format!("{}/models/cats:1.0.0", docker.address)]).arg(&file));
    let there = Layout::new();
    let pulled = there.pull(&docker.reference("models/cats:1.0.0"), &options()).await.unwrap();
    assert_eq!(there.component(&pulled), bytes);
    assert_eq!(pulled.version.facts.name, None);
    let [theirs, ours] = [pulled.version.manifest, there.add(&bytes)].map(|manifest| config(&there, manifest));
    for field in ["architecture", "os", "layerDigests"] {
        assert_eq!(theirs[field], ours[field], "{field}");
    }
    for side in ["exports", "imports"] {
        assert_eq!(names(&theirs["component"][side]), names(&ours["component"][side]), "{side}");
    }
}

/// The configuration of a version.
fn config(layout: &Layout, manifest: Stored) -> Value {
    let manifest = attachment::read(&layout.blobs, &manifest.digest).unwrap();
    serde_json::from_slice(&layout.blobs.read(&manifest.config.digest).unwrap()).unwrap()
}

fn names(list: &Value) -> BTreeSet<&str> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}
