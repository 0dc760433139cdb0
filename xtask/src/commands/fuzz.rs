//! `cargo xtask fuzz`

use super::build;
use crate::{process, python, workspace};
use anyhow::Result;
use std::process::Command;

/// Feeds mutated files to what `maasm inspect` and `maasm package` do, and to these commands themselves. The arguments
/// are the program's: `--minutes 10`, `--seed N`.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let python = python::with_packages("test")?;
    let binary = build::build()?;
    let fuzz = workspace::program("maasm-fuzz")?;
    process::step("trying files that something happened to", || {
        let mut run = Command::new(&fuzz);
        run.current_dir(workspace::root());
        process::run(run.args(["run", "--binary"]).arg(&binary).args(arguments).env("MAASM_PYTHON", &python))
    })
}
