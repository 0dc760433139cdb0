//! Packages for Node: programs by others that components are run in, and engines to compare with.

use crate::{process, workspace};
use anyhow::Result;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What makes a component a module for JavaScript.
pub const JCO: &str = "@bytecodealliance/jco-transpile@0.15.0";

/// The folder with this package, installed if it is not there; nothing, if there is no Node.
pub fn with(package: &str) -> Result<Option<PathBuf>> {
    let name = package.rsplit('/').next().unwrap_or(package);
    let folder = workspace::target()?.join("node").join(name);
    let stamp = folder.join("complete");
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("▸ {name} is left out: there is no Node");
        return Ok(None);
    }
    if !stamp.exists() {
        process::step(&format!("installing {name} for Node"), || {
            fs::create_dir_all(&folder)?;
            let mut npm = Command::new("npm");
            npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(&folder).arg(package);
            process::run(&mut npm)
        })?;
        fs::write(stamp, "")?;
    }
    Ok(Some(folder))
}
