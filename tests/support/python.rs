//! Other people's engines and data, in the Python that `cargo xtask test` provides.

use std::path::PathBuf;
use std::process::Command;

/// The interpreter that `MAASM_PYTHON` names.
pub fn interpreter() -> Option<PathBuf> {
    std::env::var_os("MAASM_PYTHON").map(PathBuf::from)
}

/// The folder of an installed package.
pub fn package(name: &str) -> Option<PathBuf> {
    let question =
        format!("import importlib.util; print(importlib.util.find_spec({name:?}).submodule_search_locations[0])");
    let output = Command::new(interpreter()?).args(["-c", &question]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().into())
}

/// A program that a package brings, made executable: wheels do not say which of their files are programs.
#[cfg(unix)]
pub fn program(name: &str, file: &str) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let program = package(name)?.join(file);
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).ok()?;
    Some(program)
}
