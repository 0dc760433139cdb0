//! `cargo xtask build`

use crate::workspace::Profile;
use crate::{guest, workspace};
use anyhow::Result;
use std::path::PathBuf;

/// Compiles the templates and the command as users get it.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    super::no_arguments(arguments)?;
    let maasm = build(Profile::Release)?;
    eprintln!("▸ {}", maasm.display());
    Ok(())
}

/// Compiles the templates and the command that embeds them, and tells where the command lies.
pub(super) fn build(profile: Profile) -> Result<PathBuf> {
    let (mut command, maasm) = workspace::program("maasm", profile)?;
    guest::build_beside(&[guest::MODEL, guest::MODEL_NN, guest::API], &mut command, "compiling maasm")?;
    Ok(maasm)
}
