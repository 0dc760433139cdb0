//! The model that all clients deploy at once. What each was told of its revision stays true.

use super::Summary;
use super::operation::{Operation, What};
use crate::client::Client;
use crate::models;
use anyhow::{Context, Result, anyhow, bail};
use fastrand::Rng;
use maasm_registry::{Registry, Traffic};
use semver::Version;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

pub const NAME: &str = "shared";
const VERSIONS: [&str; 3] = ["1.0.0", "1.1.0", "2.0.0"];

/// What is known of it.
#[derive(Default)]
pub struct Shared {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Revisions and what they are.
    revisions: BTreeMap<u64, Traffic>,
    /// Deployments without an answer, and their idempotency keys.
    unknown: Vec<(Traffic, Option<String>)>,
}

/// Traffic of one of its versions.
pub fn traffic(random: &mut Rng) -> Traffic {
    Traffic::all_to(VERSIONS[random.usize(..VERSIONS.len())].parse::<Version>().expect("it is a version"))
}

impl Shared {
    /// Publishes its versions.
    pub fn publish(&self, client: &Client) -> Result<()> {
        for version in VERSIONS {
            let answer = client.post("/api/v1/model?wait=true", &models::by_hand(NAME, version));
            let answer = answer.map_err(|lost| anyhow!("no answer: {}", lost.0))?;
            if answer.status != 201 {
                bail!("{NAME} {version} is not published: {}", answer.body);
            }
        }
        Ok(())
    }

    pub fn unknown(&self, traffic: Traffic, key: Option<String>) {
        self.known().unknown.push((traffic, key));
    }

    pub fn acknowledged(&self, traffic: &Traffic, answer: &Value) -> Result<()> {
        let revision = answer["revision"].as_u64().context("a deployment has a revision")?;
        match self.known().revisions.insert(revision, traffic.clone()) {
            None => Ok(()),
            Some(_) => bail!("two deployments were told that they are revision {revision}"),
        }
    }

    pub fn revisions(&self) -> u64 {
        self.known().revisions.len() as u64
    }

    /// Compares it with what was acknowledged, and asks once more for what had no answer and has an idempotency key.
    pub fn settle(&self, registry: &Registry, client: &Client, summary: &mut Summary) -> Result<()> {
        let unknown = std::mem::take(&mut self.known().unknown);
        let mut more = self.beyond_acknowledged(registry)?;
        let (mut done, asked) = (more.len() as u64, unknown.len() as u64);
        for (traffic, key) in &unknown {
            let Some(key) = key else { continue };
            let operation = Operation { what: What::Shared(traffic.clone()), key: Some(key.clone()) };
            let answer = operation.send(NAME, client).map_err(|lost| anyhow!("no answer: {}", lost.0))?;
            if !answer.is_success() {
                bail!("{operation:?} was refused when it was asked once more: {}", answer.body);
            }
            // The one that it made before, or a new one.
            let revision = answer.body["revision"].as_u64().context("a deployment has a revision")?;
            if more.remove(&revision).is_some_and(|found| found != *traffic) {
                bail!("{operation:?} made revision {revision} and was answered that of another");
            }
            self.acknowledged(traffic, &answer.body)?;
            summary.retried += 1;
        }
        let mut without_key: Vec<&Traffic> =
            unknown.iter().filter(|(_, key)| key.is_none()).map(|(traffic, _)| traffic).collect();
        for (revision, traffic) in more {
            match without_key.iter().position(|asked| **asked == traffic) {
                Some(index) => drop(without_key.swap_remove(index)),
                None => bail!("nobody asked for revision {revision} of {NAME}, {traffic:?}; unknown are {unknown:?}"),
            }
            self.known().revisions.insert(revision, traffic);
        }
        if let Some((revision, ..)) = self.beyond_acknowledged(registry)?.first_key_value() {
            bail!("revision {revision} of {NAME} was made when a deployment was asked for once more that was done");
        }
        done = done.min(asked);
        summary.done += done;
        summary.not_done += asked - done;
        Ok(())
    }

    /// Revisions that nobody was told of; all others must be as they were told.
    fn beyond_acknowledged(&self, registry: &Registry) -> Result<BTreeMap<u64, Traffic>> {
        let found = registry.revisions(NAME, usize::MAX)?;
        let mut found: BTreeMap<u64, Traffic> = found.into_iter().map(|one| (one.revision, one.traffic)).collect();
        for (revision, traffic) in &self.known().revisions {
            let there = found.remove(revision);
            if there.as_ref() != Some(traffic) {
                bail!("revision {revision} of {NAME} was acknowledged as {traffic:?} and is {there:?}");
            }
        }
        Ok(found)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
