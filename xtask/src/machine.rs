//! What is asked of the machine when something must be found or installed; tests answer in its place.

use std::path::Path;
use std::process::{Command, Stdio};

pub trait Machine {
    /// Whether there is such a file or folder.
    fn exists(&self, path: &Path) -> bool;

    /// What a program writes to its standard output, without the line's end; `None` if it fails or is missing.
    fn ask(&self, program: &str, arguments: &[&str]) -> Option<String>;

    /// Runs a program that changes the machine, with its output on the terminal; whether it succeeded.
    fn change(&self, program: &str, arguments: &[&str]) -> bool;
}

/// The machine that this runs on.
pub struct Real;

impl Machine for Real {
    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn change(&self, program: &str, arguments: &[&str]) -> bool {
        eprintln!("▸ {program} {}", arguments.join(" "));
        // Standard output belongs to the command that needs the toolchain.
        Command::new(program).args(arguments).stdout(std::io::stderr()).status().is_ok_and(|status| status.success())
    }
}

/// What the processor calls itself.
pub fn processor() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned())
}
