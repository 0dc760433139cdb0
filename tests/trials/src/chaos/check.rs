//! What the folder says, beside what it must say.

use crate::client::Client;
use crate::models;
use anyhow::{Result, anyhow, bail};
use maasm_registry::digest::Digest;
use maasm_registry::{JobState, Registry};
use semver::Version;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A check finds nothing in the folder as the server left it.
pub fn folder(data: &Path) -> Result<()> {
    let findings = Registry::open(data)?.check(false)?.findings;
    if findings.is_empty() { Ok(()) } else { bail!("the check of the folder finds {findings:?}") }
}

/// Waits until all jobs have ended: all succeed, since all are sound. Says how many there are.
pub fn jobs(registry: &Registry, client: &Client) -> Result<u64> {
    let mut count = 0;
    for job in registry.jobs(None, usize::MAX)? {
        count += 1;
        if job.state == JobState::Succeeded {
            continue;
        }
        let ended = wait(client, &job.id)?.ok_or_else(|| anyhow!("the server is gone while it does job {}", job.id))?;
        if ended["state"] != "succeeded" {
            bail!("a job that was taken on came to nothing: {ended}");
        }
    }
    Ok(count)
}

/// Waits until a job has ended; nothing, if the server is gone before.
pub fn wait(client: &Client, id: &str) -> Result<Option<Value>> {
    match client.get(&format!("/api/v1/jobs/{id}?wait=true")) {
        Err(_) => Ok(None),
        Ok(answer) if answer.is_success() => Ok(Some(answer.body)),
        Ok(answer) => bail!("the job {id}, which was taken on, is not there: {}", answer.body),
    }
}

/// A version is loaded and asked. What is made by hand fails at it, and a network without a recipe takes no pictures.
pub fn loads(client: &Client, name: &str, version: &Version) -> Result<()> {
    let answer = client.post(&format!("/api/v1/recognize?model={name}&version={version}"), b"x");
    let answer = answer.map_err(|lost| anyhow!("no answer from {name} {version}: {}", lost.0))?;
    match answer.problem() {
        "model-failed" | "unsupported-operation" => Ok(()),
        _ => bail!("{name} {version} does not load: {}", answer.body),
    }
}

/// After garbage was collected there is none, and no process that was killed has left a file.
pub fn leftovers(data: &Path, client: &Client) -> Result<()> {
    for time in ["first", "second"] {
        let answer = client.post("/api/v1/gc", b"").map_err(|lost| anyhow!("no answer to gc: {}", lost.0))?;
        let nothing = ["blobs", "leftovers"].iter().all(|what| answer.body[what] == 0);
        if !answer.is_success() || time == "second" && !nothing {
            bail!("the {time} collection of garbage answers {}", answer.body);
        }
    }
    let registry = Registry::open(data)?;
    for entry in fs::read_dir(data.join("jobs"))?.flatten() {
        // An upload that was cut off has a folder and no job; it stays for a while, since it may still be on its way.
        if entry.file_name().to_str().is_some_and(|id| registry.job(id).is_ok()) {
            bail!("{} is still there, and its job has ended", entry.path().display());
        }
    }
    Ok(())
}

/// What was pushed can be pulled, and is the version that it is said to be. Says how much that is.
pub fn pushed(maasm: &Path, folder: &Path, pushed: &BTreeMap<String, Version>) -> Result<u64> {
    for (from, version) in pushed {
        let output = Command::new(maasm).args(["pull", from, "--json", "--data-dir"]).arg(folder).output()?;
        if !output.status.success() {
            bail!("{from} was pushed and cannot be pulled: {}", String::from_utf8_lossy(&output.stderr));
        }
        let pulled: Value = serde_json::from_slice(&output.stdout)?;
        let (name, number) = (&pulled["version"]["name"], &pulled["version"]["version"]);
        let (Some(name), Some(number)) = (name.as_str(), number.as_str()) else { bail!("{from} came as {pulled}") };
        let component = Digest::of(&models::by_hand(name, number)).to_string();
        if number != version.to_string() || !from.contains(&format!("/{name}:")) {
            bail!("{from} is {name} {number} now");
        }
        // A network is compiled anew by whoever makes it, so only what is made by hand is known beforehand.
        if pulled["version"]["parameters"] == 0 && pulled["version"]["component"] != component {
            bail!("{from} came as another component: {pulled}");
        }
    }
    Ok(pushed.len() as u64)
}
