//! The load, by `wrk` (Will Glozer).

use super::VERSIONS;
use anyhow::{Context, Result, bail};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// What it tells.
#[derive(Clone, Debug)]
pub struct Load {
    /// How many answers came.
    pub answers: u64,
    /// How many in a second.
    pub per_second: f64,
}

/// What it does with each answer: counts, by status and version. Its threads share nothing, so the sums come last.
const SCRIPT: &str = include_str!("recognize.lua");

/// Posts the picture without naming a version, over so many connections.
///
/// # Errors
/// If it cannot run, a request failed, or an answer was by a version that there is not.
pub fn run(address: SocketAddr, connections: usize, duration: Duration, picture: &[u8], folder: &Path) -> Result<Load> {
    let (script, body) = (folder.join("recognize.lua"), folder.join("picture.jpg"));
    fs::write(&script, SCRIPT)?;
    fs::write(&body, picture)?;
    let mut command = Command::new("wrk");
    let threads = std::thread::available_parallelism()?.get().min(connections);
    command.args([format!("-t{threads}"), format!("-c{connections}"), format!("-d{}s", duration.as_secs())]);
    command
        .arg("-s")
        .arg(&script)
        .arg(format!("http://{address}/api/v1/recognize"))
        .arg("--")
        .arg(&body)
        .args(VERSIONS);
    let output = command.output().context("cannot start wrk")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let number = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
    let count = |name: &str| number(name).with_context(|| format!("wrk says no {name:?}: {text}"));
    let (failed, others) = (count("failed")?, count("other versions")?);
    if !output.status.success() || failed > 0.0 || others > 0.0 {
        bail!("{failed} requests failed and {others} answers are by versions that there are not: {text}");
    }
    Ok(Load { answers: count("answers")? as u64, per_second: count("Requests/sec:")? })
}
