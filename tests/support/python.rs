//! Other people's engines and data, in the Python that `cargo xtask test` provides.

use crate::skip;
use std::path::PathBuf;
use std::process::Command;

/// The interpreter that `MAASM_PYTHON` names; without one the test is said to be skipped.
#[track_caller]
pub fn interpreter() -> Option<PathBuf> {
    let interpreter = std::env::var_os("MAASM_PYTHON").map(PathBuf::from);
    if interpreter.is_none() {
        skip::for_want_of("Python (MAASM_PYTHON names its interpreter)");
    }
    interpreter
}

/// The folder of an installed package; without one the test is said to be skipped.
#[track_caller]
pub fn package(name: &str) -> Option<PathBuf> {
    let question =
        format!("import importlib.util; print(importlib.util.find_spec({name:?}).submodule_search_locations[0])");
    let output = Command::new(interpreter()?).args(["-c", &question]).output().ok()?;
    if !output.status.success() {
        skip::for_want_of(&format!("Python package {name}"));
        return None;
    }
    Some(String::from_utf8_lossy(&output.stdout).trim().into())
}

/// A program that a package brings, made executable: wheels do not say which of their files are programs.
#[cfg(unix)]
#[track_caller]
pub fn program(name: &str, file: &str) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let program = package(name)?.join(file);
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).ok()?;
    Some(program)
}
