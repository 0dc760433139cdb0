//! `maasm export`: what it writes is what each platform takes, by that platform's own tool or schema.

mod command;
mod core_module;
mod kubernetes;
mod node;
mod spin;
mod wasmcloud;

use maasm_tests::{component, python};
use maasm_trials::hosts::{file, output};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// `maasm export` of a component to a folder beside it.
fn export(component: &Path, target: &str, more: &[&str]) -> Command {
    let mut maasm = Command::new(env!("CARGO_BIN_EXE_maasm"));
    maasm.arg("export").arg(component).arg(component.with_file_name(target)).args(["--target", target]).args(more);
    maasm
}

/// The folder that a component was exported to.
fn exported(component: &Path, target: &str, more: &[&str]) -> PathBuf {
    output(&mut export(component, target, more)).unwrap();
    component.with_file_name(target)
}

/// A component that computes nothing, for what does not run it; it is compiled in no time.
struct ByHand {
    folder: TempDir,
}

impl ByHand {
    fn new(name: &str, version: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("model.wasm"), component::numbered(name, version, "unreachable")).unwrap();
        Self { folder }
    }

    /// The folder that it was exported to.
    fn export(&self, target: &str, more: &[&str]) -> PathBuf {
        exported(&self.folder.path().join("model.wasm"), target, more)
    }
}

/// The documents in a YAML file, once they have met a schema: `kubernetes`, or a file of `tests/hosts/export`. Nothing, and
/// the reason printed, where there is no Python.
fn checked(yaml: &Path, schema: &str) -> Option<Vec<Value>> {
    let interpreter = python::interpreter()?;
    let folder = file("tests/hosts/export");
    let schema = if schema == "kubernetes" { schema.into() } else { folder.join(schema) };
    let mut validate = Command::new(interpreter);
    let documents = output(validate.arg(folder.join("validate.py")).arg(schema).arg(yaml)).unwrap();
    Some(serde_json::from_str(&documents).unwrap())
}
