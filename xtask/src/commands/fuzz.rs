//! `cargo xtask fuzz`

use super::build;
use crate::workspace::Profile;
use crate::{process, python, workspace};
use anyhow::Result;
use std::process::Command;

/// Feeds mutated files to what `maasm inspect` and `maasm package` do, and to these commands themselves. The arguments
/// are the program's: `--minutes 10`, `--seed N`.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let python = python::with_packages("test")?;
    let binary = build::build(Profile::Quick)?;
    let fuzz = workspace::compile("maasm-fuzz", Profile::Quick)?;
    process::step("trying files that something happened to", || {
        let mut run = Command::new(&fuzz);
        run.current_dir(workspace::root());
        process::run(run.args(["run", "--binary"]).arg(&binary).args(arguments).env("MAASM_PYTHON", &python))
    })
}
