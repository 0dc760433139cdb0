//! The registry that tests push to: Docker's, as Debian packages it.

use crate::machine::{Machine, Real};
use crate::{apt, process, workspace};
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};

const PACKAGE: &str = "docker-registry";
const INSTALLED: &str = "/usr/bin/docker-registry";

/// The registry's program; fetched if it is not there, but not installed, because then it would start as a service.
/// Nothing, where there is no way to it: the tests that need it are skipped.
pub fn find() -> Result<Option<PathBuf>> {
    let folder = workspace::root().join("target").join(PACKAGE);
    let unpacked = folder.join("usr/bin/docker-registry");
    for program in [Path::new(INSTALLED), &unpacked] {
        if program.exists() {
            return Ok(Some(program.to_owned()));
        }
    }
    process::step("fetching Docker's registry", || {
        fs::create_dir_all(&folder)?;
        if apt::unpack(&Real, PACKAGE, &folder) && Real.exists(&unpacked) {
            return Ok(Some(unpacked));
        }
        eprintln!("  there is no Debian package {PACKAGE} to be had: tests that push to a registry are skipped");
        Ok(None)
    })
}
