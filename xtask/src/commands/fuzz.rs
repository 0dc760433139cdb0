//! `cargo xtask fuzz`

use super::build;
use crate::{process, python, workspace};
use anyhow::Result;

/// Feeds mutated files to what `maasm inspect` and `maasm package` do, and to these commands themselves. The arguments
/// are the program's: `--minutes 10`, `--seed N`.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let python = python::with_packages("test")?;
    let binary = build::build()?;
    process::step("trying files that something happened to", || {
        let mut run = workspace::cargo();
        run.args(["run", "--release", "--quiet", "--package", "maasm-fuzz", "--", "run", "--binary"]).arg(binary);
        process::run(run.args(arguments).env("MAASM_PYTHON", python))
    })
}
