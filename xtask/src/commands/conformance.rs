//! `cargo xtask conformance`

use crate::workspace::Profile;
use crate::{guest, process, python, workspace};
use anyhow::Result;
use std::process::Command;

/// Runs ONNX's node tests and writes what came of them to `docs/`. With operators or parts of names, shows everything
/// about those tests instead.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let python = python::with_packages("test")?;
    let (mut cargo, conformance) = workspace::program("maasm-conformance", Profile::Quick)?;
    let guests = [guest::MODEL, guest::MODEL_NN, guest::API, guest::SELF_CHECK];
    guest::build_beside(&guests, &mut cargo, "compiling maasm-conformance")?;
    let command = if arguments.is_empty() { "write" } else { "show" };
    process::step("running ONNX's node tests", || {
        let mut run = Command::new(&conformance);
        run.current_dir(workspace::root()).arg(command).args(arguments);
        process::run(run.env("MAASM_PYTHON", &python))
    })
}
