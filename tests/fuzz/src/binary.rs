//! What the `maasm` command itself does with a file.

use std::path::Path;
use std::process::{Command, Output};

/// Runs `inspect` and `package` on a file that lies in a folder of its own.
///
/// # Errors
/// If one of them neither succeeds nor ends as commands end that are given a bad file.
pub fn run(binary: &Path, file: &Path) -> Result<(), String> {
    let component = file.with_extension("wasm");
    let page = file.with_extension("html");
    let mut inspect = Command::new(binary);
    inspect.arg("inspect").arg(file).arg("--html").arg(&page);
    let mut package = Command::new(binary);
    package.arg("package").arg(file).args(["--name", "fuzz", "--version", "1.0.0", "--output"]).arg(&component);
    [inspect, package].iter_mut().try_for_each(ends_well)
}

fn ends_well(command: &mut Command) -> Result<(), String> {
    let Output { status, stderr, .. } =
        command.output().map_err(|error| format!("maasm cannot be started: {error}"))?;
    let told = String::from_utf8_lossy(&stderr);
    let refused = status.code() == Some(1) && told.starts_with("error: ") && told.lines().count() == 1;
    if status.success() || refused { Ok(()) } else { Err(format!("{command:?} ends with {status}: {told}")) }
}
