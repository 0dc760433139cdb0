//! Where things lie.

use crate::process;
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// Where the component templates lie. The host's build script looks for them here, wherever cargo's own output goes.
pub fn templates() -> PathBuf {
    root().join("target/guest")
}

/// Where cargo puts what it builds.
pub fn target() -> Result<PathBuf> {
    let metadata = metadata(&["--no-deps"])?;
    metadata["target_directory"].as_str().map(PathBuf::from).context("`cargo metadata` names no target directory")
}

/// What `cargo metadata` tells about this workspace.
pub fn metadata(arguments: &[&str]) -> Result<serde_json::Value> {
    let output = process::capture(cargo().args(["metadata", "--format-version=1"]).args(arguments))?;
    Ok(serde_json::from_str(&output)?)
}

/// Every package that is compiled for this machine. Whatever is compiled, all of them are named, so that what they depend on has
/// the same features and is compiled once.
pub const PACKAGES: [&str; 7] =
    ["--workspace", "--exclude", "maasm-self-check", "--exclude", "maasm-api", "--exclude", "maasm-model-nn"];

/// How programs for this machine are compiled.
#[derive(Clone, Copy)]
pub enum Profile {
    /// In minutes. What runs inside WebAssembly is as fast as ever; it has a profile of its own.
    Quick,
    /// As given to users, and measured.
    Release,
}

impl Profile {
    /// What cargo is told.
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Quick => &[],
            Self::Release => &["--release"],
        }
    }

    /// The folder in [`target`] that cargo compiles to.
    fn folder(self) -> &'static str {
        match self {
            Self::Quick => "debug",
            Self::Release => "release",
        }
    }
}

/// A cargo command line that compiles a program of this workspace, and where the program lies then.
pub fn program(name: &str, profile: Profile) -> Result<(Command, PathBuf)> {
    let mut command = cargo();
    command.arg("build").args(profile.arguments()).args(["--bin", name]).args(PACKAGES);
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Ok((command, target()?.join(profile.folder()).join(file)))
}

/// Compiles a program of this workspace and tells where it lies.
pub fn compile(name: &str, profile: Profile) -> Result<PathBuf> {
    let (mut command, program) = program(name, profile)?;
    process::step(&format!("compiling {name}"), || process::run(&mut command))?;
    Ok(program)
}

/// The cargo that runs this program, in the repository.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    // `cargo run` tells this program about its own package. Some build scripts ask for such variables, and would run again.
    let own = |name: &OsString| OWN.iter().any(|prefix| name.to_string_lossy().starts_with(prefix));
    for name in std::env::vars_os().map(|(name, _)| name).filter(own) {
        command.env_remove(name);
    }
    command
}

/// What the names of variables begin with that tell about a package.
const OWN: [&str; 3] = ["CARGO_BIN_", "CARGO_MANIFEST_", "CARGO_PKG_"];

/// The platform that cargo compiles for when not told otherwise.
pub fn host_triple() -> Result<String> {
    let about = process::capture(std::process::Command::new("rustc").arg("-vV"))?;
    about.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc tells no host")
}
