//! Programs that tests start themselves, as Debian packages them: unpacked, not installed, because then they would start
//! as services.

use crate::machine::{Machine, Real};
use crate::{apt, process, workspace};
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};

/// A program and its package, which is called as the program is.
pub struct Program {
    package: &'static str,
    /// Where the package puts it, from the root.
    path: &'static str,
    /// What cannot be tested without it.
    purpose: &'static str,
}

/// The registry that tests push to: Docker's.
pub const DOCKER_REGISTRY: Program =
    Program { package: "docker-registry", path: "usr/bin/docker-registry", purpose: "push to a registry" };
/// What joins the hosts of wasmCloud.
pub const NATS_SERVER: Program =
    Program { package: "nats-server", path: "usr/sbin/nats-server", purpose: "join hosts of wasmCloud" };

/// The program; fetched if it is not there. Nothing, where there is no way to it: the tests that need it are skipped.
pub fn find(Program { package, path, purpose }: &Program) -> Result<Option<PathBuf>> {
    let folder = workspace::root().join("target").join(package);
    let unpacked = folder.join(path);
    for program in [&Path::new("/").join(path), &unpacked] {
        if program.exists() {
            return Ok(Some(program.to_owned()));
        }
    }
    process::step(&format!("fetching {package}"), || {
        fs::create_dir_all(&folder)?;
        if apt::unpack(&Real, package, &folder) && Real.exists(&unpacked) {
            return Ok(Some(unpacked));
        }
        eprintln!("  there is no Debian package {package} to be had: tests that {purpose} are skipped");
        Ok(None)
    })
}
