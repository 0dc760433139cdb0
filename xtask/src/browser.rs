//! The browser that tests open pages in: Chromium without a window, as Debian packages it.

use crate::machine::{Machine, Real};
use crate::{apt, process};
use anyhow::Result;
use std::path::{Path, PathBuf};

/// The packages that have it, the smaller one first, and where their programs are.
const PACKAGES: [(&str, &str); 2] =
    [("chromium-headless-shell", "/usr/bin/chromium-headless-shell"), ("chromium", "/usr/bin/chromium")];

/// The browser's program; installed if it is not there. Nothing, where there is no way to it: the tests that need it are
/// skipped.
pub fn find() -> Result<Option<PathBuf>> {
    let installed = || PACKAGES.iter().map(|(_, program)| Path::new(program)).find(|program| program.exists());
    if let Some(program) = installed() {
        return Ok(Some(program.to_owned()));
    }
    process::step("installing Chromium", || {
        let has_one = PACKAGES
            .iter()
            .any(|(package, program)| apt::install(&Real, &[package]) && Real.exists(Path::new(program)));
        if !has_one {
            eprintln!("  there is no Debian package of Chromium to be had: tests that open pages are skipped");
        }
        Ok(installed().map(Path::to_owned))
    })
}
