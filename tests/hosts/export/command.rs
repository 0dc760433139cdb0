//! The command line.

use super::export;
use crate::hosts::own::Sample;
use maasm_package::Simd;
use maasm_tests::component;
use std::process::Command;

#[track_caller]
fn refused(command: &mut Command, says: &str) {
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(says) && told.trim().lines().count() == 1, "{told}");
}

#[test]
fn files_that_are_there_are_kept_unless_told_otherwise() {
    let sample = Sample::new(Simd::Relaxed);
    let told = |command: &mut Command| String::from_utf8(command.output().unwrap().stdout).unwrap();
    let first = told(&mut export(&sample.component, "core", &[]));
    assert!(first.contains("maasm.h") && first.contains("relaxed SIMD"), "{first}");
    refused(&mut export(&sample.component, "core", &[]), "is there already");
    assert!(export(&sample.component, "core", &["--force"]).status().unwrap().success());
}

#[test]
fn what_is_no_component_of_ours_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, says) in [
        ("empty", component::without_exports(), "empty"),
        ("importing", component::importing(), "imports"),
        ("module", component::core_module(), "module"),
    ] {
        let file = folder.path().join(format!("{name}.wasm"));
        std::fs::write(&file, bytes).unwrap();
        refused(&mut export(&file, "core", &[]), says);
        assert!(!folder.path().join("core").exists());
    }
}
