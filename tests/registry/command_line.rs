//! `maasm push` and `maasm pull`, and what `wash` pulls recognises a picture.

use crate::registry::docker::Docker;
use maasm_app::Service;
use maasm_engine::EngineOptions;
use maasm_registry::{Intent, Provenance, Registry};
use maasm_tests::component;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn service(folder: &Path) -> Service {
    Service::start(Registry::open(folder).unwrap(), EngineOptions::default(), 0).unwrap()
}

fn maasm(folder: &Path, arguments: &[&str]) -> Result<Value, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_maasm"));
    let output = command.args(arguments).arg("--json").arg("--data-dir").arg(folder).output().unwrap();
    match output.status.code() {
        Some(0) => Ok(serde_json::from_slice(&output.stdout).unwrap()),
        _ => Err(String::from_utf8(output.stderr).unwrap()),
    }
}

/// A folder with a version in it.
fn published() -> (tempfile::TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let bytes = component::named("cats", "unreachable");
    let file = folder.path().join("cats.wasm");
    std::fs::write(&file, &bytes).unwrap();
    let provenance = Provenance {
        by: "local".into(),
        how: "made by a test".into(),
        parent: Some("cats@0.9.0".into()),
        ..Provenance::default()
    };
    service(folder.path()).publish(&Intent::local(), &file, provenance).unwrap();
    (folder, bytes)
}

#[test]
fn a_version_that_was_pushed_and_pulled_is_the_same_and_knows_where_it_came_from() {
    let Some(docker) = Docker::start() else { return };
    let ((here, bytes), there) = (published(), tempfile::tempdir().unwrap());
    let to = format!("oci://{}/models/cats:1.0.0", docker.address);
    let pushed = maasm(here.path(), &["push", "cats@latest", &to]).unwrap();
    let pulled = maasm(there.path(), &["pull", &to, "--deploy"]).unwrap();
    assert_eq!(pushed["version"]["component"], pulled["version"]["component"]);
    let pulled = &pulled["version"];
    assert_eq!(pulled["provenance"]["how"], format!("made by a test; pulled from {to}"));
    assert_eq!(pulled["provenance"]["parent"], "cats@0.9.0");
    let registry = Registry::open(there.path()).unwrap();
    assert_eq!(registry.live("cats").unwrap().unwrap().revision, 1);
    let record = registry.find(&"cats@1.0.0".parse().unwrap()).unwrap();
    assert_eq!(std::fs::read(registry.blobs().path(&record.component)).unwrap(), bytes);
    assert!(registry.check(false).unwrap().findings.is_empty());
}

#[test]
fn what_cannot_be_pushed_or_pulled_is_told_on_one_line() {
    let Some(docker) = Docker::start() else { return };
    let (here, _) = published();
    let to = format!("oci://{}/cats:1.0.0", docker.address);
    for (arguments, says) in [
        (&["push", "dogs", &to][..], "there is no model \"dogs\""),
        (&["push", "cats@2.0.0", &to], "cats has no version \"2.0.0\""),
        (&["pull", &to], "cats:1.0.0"),
    ] {
        let error = maasm(here.path(), arguments).unwrap_err();
        assert!(error.starts_with("error: ") && error.contains(says) && error.trim().lines().count() == 1, "{error}");
    }
}

#[test]
fn a_database_that_was_lost_is_made_anew_from_the_image_layout() {
    let (folder, _) = published();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("maasm.sqlite3") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let service = service(folder.path());
    let findings = service.registry().check(false).unwrap();
    assert!(findings.findings[0].what.contains("lists 1 versions that the database does not"), "{findings:?}");
    let repaired = service.check(&Intent::local(), true).unwrap();
    assert_eq!((repaired.findings[0].subject.as_str(), repaired.clean()), ("cats@1.0.0", true));
    let record = service.registry().find(&"cats@1.0.0".parse().unwrap()).unwrap();
    assert_eq!(record.provenance.parent.as_deref(), Some("cats@0.9.0"));
    assert!(service.registry().check(false).unwrap().findings.is_empty());
}
