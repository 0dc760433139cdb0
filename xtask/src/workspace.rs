//! Where things lie.

use anyhow::{Context, Result};
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
    let output = crate::process::capture(cargo().args(["metadata", "--format-version=1"]).args(arguments))?;
    Ok(serde_json::from_str(&output)?)
}

/// The cargo that runs this program, in the repository.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The platform that cargo compiles for when not told otherwise.
pub fn host_triple() -> Result<String> {
    let about = crate::process::capture(std::process::Command::new("rustc").arg("-vV"))?;
    about.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc tells no host")
}
