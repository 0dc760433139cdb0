//! Finds or installs a way to compile for WebAssembly.
//!
//! There are two, tried in this order; [`VARIABLE`] forces one of them:
//! - `rustup`: the compiler at hand has the target's standard library, or rustup can fetch it
//! - `debian`: Debian's packages of a compiler that has the standard library's source, from which cargo builds it

mod debian;
mod rustup;

use crate::machine::{self, Machine};
use anyhow::{Result, bail};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Command;

/// What the guests are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The environment variable that forces one of the two ways.
const VARIABLE: &str = "MAASM_WASM_TOOLCHAIN";

const REMEDY: &str = "Install one of these:
  - rustup's target:   rustup target add wasm32-unknown-unknown
  - Debian's packages: apt-get install rustc-web cargo-web rust-web-src lld-22";

/// A compiler for WebAssembly.
#[derive(Debug, PartialEq)]
pub struct Toolchain {
    /// What it is, for people.
    description: String,
    /// Its folder, which compiled code may name.
    pub sysroot: PathBuf,
    /// The cargo that drives it.
    cargo: OsString,
    /// What that cargo needs in its environment.
    environment: Vec<(&'static str, &'static str)>,
    /// What that cargo needs on its command line.
    arguments: &'static [&'static str],
    /// What its rustc needs on its command line.
    flags: &'static [&'static str],
}

impl Toolchain {
    /// Whether it can lint.
    pub fn has_clippy(&self) -> bool {
        machine::Real.ask(&self.cargo.to_string_lossy(), &["clippy", "--version"]).is_some()
    }

    /// A cargo command line that compiles for [`TARGET`] with these flags for rustc.
    pub fn cargo(&self, subcommand: &str, flags: Vec<OsString>) -> Command {
        let flags: Vec<OsString> = self.flags.iter().map(Into::into).chain(flags).collect();
        let mut command = Command::new(&self.cargo);
        command.args([subcommand, "--target", TARGET]).args(self.arguments);
        command.envs(self.environment.iter().copied()).env_remove("RUSTFLAGS");
        // Separated by 0x1f, flags may hold spaces.
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join(OsStr::new("\x1f")));
        command
    }
}

/// Finds or installs a compiler for WebAssembly and says which on the terminal.
pub fn find() -> Result<Toolchain> {
    let toolchain = choose(&machine::Real, std::env::var(VARIABLE).ok().as_deref())?;
    eprintln!("▸ WebAssembly is compiled by {}", toolchain.description);
    Ok(toolchain)
}

fn choose(machine: &dyn Machine, forced: Option<&str>) -> Result<Toolchain> {
    let (found, tried) = match forced {
        None => {
            (rustup::find(machine).or_else(|| debian::find(machine)), "neither rustup nor Debian's packages give a")
        }
        Some("rustup") => (rustup::find(machine), "rustup gives no"),
        Some("debian") => (debian::find(machine), "Debian's packages give no"),
        Some(other) => bail!("{VARIABLE} is {other:?}; it can be `rustup` or `debian`, or be left unset"),
    };
    match found {
        Some(toolchain) => Ok(toolchain),
        None => bail!("{tried} compiler for {TARGET}. {REMEDY}"),
    }
}

#[cfg(test)]
mod tests;
