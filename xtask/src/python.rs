//! Python, in a virtual environment of the project's own: other people's engines and libraries to compare with, and
//! pip, which fetches packages by name.

use crate::machine::{Machine, Real};
use crate::{apt, process, workspace};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The virtual environment's interpreter. Makes the environment if there is none.
pub fn interpreter() -> Result<PathBuf> {
    let folder = folder();
    let python = folder.join("bin/python");
    let stamp = folder.join("complete");
    if !stamp.exists() {
        require_venv(&Real)?;
        process::step("making a Python environment", || {
            process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
        })?;
        fs::write(&stamp, "")?;
    }
    Ok(python)
}

/// The interpreter with everything in `xtask/python/NAME.txt` installed.
pub fn with_packages(name: &str) -> Result<PathBuf> {
    let python = interpreter()?;
    let list = list(name);
    let wanted = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let stamp = folder().join(format!("{name}.installed"));
    if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
        process::step(&format!("installing Python's packages for {name}"), || {
            process::run(pip(&python).args(["install", "--no-deps", "--requirement"]).arg(&list))
        })?;
        fs::write(&stamp, wanted)?;
    }
    Ok(python)
}

/// Fetches the wheels that `xtask/python/NAME.txt` lists, without what they depend on, checks them against their
/// hashes there and unpacks them into `to`.
pub fn unpack(name: &str, to: &Path) -> Result<()> {
    let python = interpreter()?;
    let wheels = folder().join("wheels").join(name);
    let download = ["download", "--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement"];
    process::run(pip(&python).args(download).arg(list(name)).arg("--dest").arg(&wheels))?;
    for entry in fs::read_dir(&wheels)? {
        process::run(Command::new(&python).args(["-m", "zipfile", "--extract"]).arg(entry?.path()).arg(to))?;
    }
    Ok(())
}

fn pip(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "--quiet", "--disable-pip-version-check"]);
    command
}

fn folder() -> PathBuf {
    workspace::root().join("target/python")
}

fn list(name: &str) -> PathBuf {
    workspace::root().join("xtask/python").join(format!("{name}.txt"))
}

/// Makes sure of a Python that can make virtual environments.
fn require_venv(machine: &dyn Machine) -> Result<()> {
    let works = || machine.ask("python3", &["-c", "import ensurepip, venv"]).is_some();
    if works() || (apt::install(machine, &["python3", "python3-venv"]) && works()) {
        return Ok(());
    }
    bail!("there is no Python 3 that can make virtual environments; install it (Debian: apt-get install python3-venv)")
}
