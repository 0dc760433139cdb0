//! The compiler at hand, with a standard library that it brought along or that rustup fetches.

use super::{TARGET, Toolchain};
use crate::machine::Machine;
use std::path::{Path, PathBuf};

pub fn find(machine: &dyn Machine) -> Option<Toolchain> {
    let sysroot = PathBuf::from(machine.ask("rustc", &["--print", "sysroot"])?);
    let added = if has_library(machine, &sysroot) {
        ""
    } else if machine.change("rustup", &["target", "add", TARGET]) && has_library(machine, &sysroot) {
        ", whose target rustup has just fetched"
    } else {
        return None;
    };
    let version = machine.ask("rustc", &["--version"])?;
    Some(Toolchain {
        description: format!("the installed {version}{added}"),
        sysroot,
        cargo: std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
        environment: Vec::new(),
        arguments: &[],
        flags: &[],
    })
}

fn has_library(machine: &dyn Machine, sysroot: &Path) -> bool {
    machine.exists(&sysroot.join("lib/rustlib").join(TARGET).join("lib"))
}
