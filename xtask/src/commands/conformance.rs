//! `cargo xtask conformance`

use crate::{guest, process, python, workspace};
use anyhow::Result;

/// Runs ONNX's node tests, or those that have one of the given parts of names or operators, and tells what came of each.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let python = python::with_packages("test")?;
    guest::build(&[guest::MODEL, guest::SELF_CHECK])?;
    process::step("running ONNX's node tests", || {
        let mut run = workspace::cargo();
        run.args(["run", "--release", "--quiet", "--package", "maasm-conformance", "--", "show"]).args(arguments);
        process::run(run.env("MAASM_PYTHON", python))
    })
}
