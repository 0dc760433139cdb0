//! Tests that are skipped: `cargo xtask test` counts the lines printed here and says so at its end.

use std::path::Path;

/// Says that a test is skipped for want of something that `cargo xtask test` installs.
///
/// # Panics
/// If the environment variable `CI` is `true`: there the suite must have installed it.
#[track_caller]
pub fn for_want_of(what: &str) {
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!is_ci, "there is no {what}, which `cargo xtask test` should have installed");
    println!("skipped: there is no {what}; `cargo xtask test` installs it");
}

/// Says that a test is skipped because a file or folder is absent that this repository does not bring.
pub fn absent(path: &Path) {
    println!("skipped: {} is absent", path.display());
}
