//! `cargo xtask chaos`, `cargo xtask scale`, `cargo xtask load`: the trials of `tests/trials`

use super::build;
use crate::workspace::Profile;
use crate::{apt, machine, process, unpacked, workspace};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// Kills the server at random moments. Arguments: `--kills N`, `--seed N`, `--clients N`.
pub(super) fn chaos(arguments: &[String]) -> Result<()> {
    run("chaos", Profile::Quick, arguments, unpacked::find(&unpacked::DOCKER_REGISTRY)?)
}

/// Measures a server with many versions beside one with one, and writes `benches/SCALE.md`. Arguments: `--versions N`,
/// `--networks N`, `--rounds N`.
pub(super) fn scale(arguments: &[String]) -> Result<()> {
    let table = workspace::root().join("benches/SCALE.md");
    let output = [String::from("--output"), table.to_string_lossy().into_owned()];
    run("scale", Profile::Release, &[&output, arguments].concat(), None)
}

/// Lets two versions take turns under load. Arguments: `--seconds N`, `--turn MILLISECONDS`, `--connections N`.
pub(super) fn load(arguments: &[String]) -> Result<()> {
    let is_there = || Command::new("wrk").arg("--version").output().is_ok();
    let has_wrk = is_there() || apt::install(&machine::Real, &["wrk"]) && is_there();
    if !has_wrk {
        bail!("wrk is needed, which makes the load; install it (https://github.com/wg/wrk)");
    }
    run("load", Profile::Release, arguments, None)
}

/// Compiles the trials and tells where `maasm` and their program lie.
pub(super) fn build(profile: Profile) -> Result<(PathBuf, PathBuf)> {
    let maasm = build::build(profile)?;
    let trials = workspace::compile("maasm-trials", profile)?;
    Ok((maasm, trials))
}

fn run(trial: &str, profile: Profile, arguments: &[String], registry: Option<PathBuf>) -> Result<()> {
    let (maasm, trials) = build(profile)?;
    process::step(&format!("trying {trial}"), || {
        let mut command = Command::new(&trials);
        command.arg("--maasm").arg(&maasm).arg(trial).args(arguments);
        if let Some(registry) = &registry {
            command.env("MAASM_DOCKER_REGISTRY", registry);
        }
        process::run(&mut command)
    })
}
