//! `cargo xtask build`

use crate::{guest, workspace};
use anyhow::Result;
use std::path::PathBuf;

/// Compiles the templates, then the command.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    super::no_arguments(arguments)?;
    build().map(|_| ())
}

/// Compiles the templates, then the command that embeds them, and tells where the command lies.
pub(super) fn build() -> Result<PathBuf> {
    guest::build(&[guest::MODEL, guest::MODEL_NN, guest::API])?;
    workspace::program("maasm")
}
