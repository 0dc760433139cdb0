//! `cargo xtask spin`

use super::{build, serve};
use crate::workspace::Profile;
use crate::{process, workspace};
use anyhow::Result;
use std::fs;
use std::process::Command;

/// Makes what `spin.toml` and `spin-composed.toml` name: EfficientNet-Lite0, the front, and both composed.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    super::no_arguments(arguments)?;
    let maasm = build::build(Profile::Quick)?;
    let (component, _) = serve::package(&maasm, "relaxed")?;
    let folder = workspace::root().join("target/spin");
    fs::create_dir_all(&folder)?;
    fs::copy(&component, folder.join("model.wasm"))?;
    process::run(Command::new(&maasm).args(["compose", "--front", "--output"]).arg(folder.join("front.wasm")))?;
    process::run(Command::new(&maasm).arg("compose").arg(&component).arg("--output").arg(folder.join("service.wasm")))?;
    eprintln!("▸ `spin up` serves it; `spin up --from spin-composed.toml`, too");
    Ok(())
}
