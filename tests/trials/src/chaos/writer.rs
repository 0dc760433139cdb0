//! A client that changes a model of its own, and one that all share. It knows what it was promised.

use super::operation::{self, Operation, Push, What};
use super::shared::Shared;
use super::state::State;
use super::{Summary, check};
use crate::client::{Answer, Client};
use anyhow::{Result, anyhow, bail};
use fastrand::Rng;
use maasm_registry::Registry;
use semver::Version;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

pub struct Writer {
    name: String,
    random: Rng,
    /// What was acknowledged.
    pub state: State,
    pub acknowledged: u64,
    /// What had no answer.
    unknown: Option<Operation>,
    /// What was pushed, and where to.
    pub pushed: BTreeMap<String, Version>,
    remote: Option<SocketAddr>,
    operations: u64,
    tried: BTreeSet<Version>,
}

impl Writer {
    /// One that pushes to the registry at `remote`, if there is one.
    pub fn new(index: usize, random: Rng, remote: Option<SocketAddr>) -> Self {
        Self {
            name: format!("model-{index}"),
            random,
            state: State::default(),
            acknowledged: 0,
            unknown: None,
            pushed: BTreeMap::new(),
            remote,
            operations: 0,
            tried: BTreeSet::new(),
        }
    }

    /// Asks for one change after the other until there is no answer.
    pub fn work(&mut self, client: &Client, shared: &Shared) -> Result<()> {
        loop {
            self.operations += 1;
            let operation = operation::choose(&mut self.random, &self.name, &self.state, self.operations, self.remote);
            let Ok(answer) = operation.send(&self.name, client) else {
                match operation.what {
                    What::Shared(traffic) => shared.unknown(traffic, operation.key),
                    _ => self.unknown = Some(operation),
                }
                return Ok(());
            };
            succeeded(&self.name, &operation, &answer)?;
            self.acknowledged += 1;
            match &operation.what {
                What::Own(change) => {
                    self.state.apply(change);
                    // Whatever comes next builds on it.
                    if answer.status == 202
                        && check::wait(client, answer.body["id"].as_str().unwrap_or_default())?.is_none()
                    {
                        return Ok(());
                    }
                }
                What::Shared(traffic) => shared.acknowledged(traffic, &answer.body)?,
                What::Push(Push { version, to }) => drop(self.pushed.insert(to.clone(), version.clone())),
                What::Collect => {}
            }
        }
    }

    /// Compares the model with what it must be: what was acknowledged, and what had no answer or not.
    pub fn settle(&mut self, registry: &Registry, client: &Client, summary: &mut Summary) -> Result<()> {
        let found = State::read(registry, &self.name, self.state.used)?;
        let unknown = self.unknown.take();
        let mut with = self.state.clone();
        if let Some(Operation { what: What::Own(change), .. }) = &unknown {
            with.apply(change);
        }
        // The numbers that were used are not among what the registry tells.
        let with_found = State { used: with.used, ..found.clone() };
        let done = match (self.state.is(&found), with.is(&with_found)) {
            // A change that changes nothing, such as an alias set anew, may be done or not.
            (true, done) => done && unknown.is_some(),
            (false, true) => true,
            (false, false) => {
                let difference = self.state.difference(&found);
                bail!("{} is not as it was acknowledged, with or without {unknown:?}:\n{difference}", self.name);
            }
        };
        if let Some(operation) = &unknown {
            if done {
                summary.done += 1
            } else {
                summary.not_done += 1
            };
            if done {
                self.state = with.clone();
            }
            if operation.key.is_some() {
                self.retry(operation, with, registry, client)?;
                summary.retried += 1;
            }
        }
        self.try_versions(client)
    }

    /// Asks once more, with the same idempotency key: it is done once.
    fn retry(&mut self, operation: &Operation, with: State, registry: &Registry, client: &Client) -> Result<()> {
        let answer = operation.send(&self.name, client).map_err(|lost| anyhow!("no answer: {}", lost.0))?;
        succeeded(&self.name, operation, &answer)?;
        if answer.status == 202 {
            check::wait(client, answer.body["id"].as_str().unwrap_or_default())?;
        }
        if let What::Push(Push { version, to }) = &operation.what {
            self.pushed.insert(to.clone(), version.clone());
        }
        self.state = with;
        let found = State::read(registry, &self.name, self.state.used)?;
        if !self.state.is(&found) {
            let difference = self.state.difference(&found);
            bail!("{} is not as it must be after {operation:?} was asked once more:\n{difference}", self.name);
        }
        Ok(())
    }

    /// Every version that is there loads.
    pub fn try_versions(&mut self, client: &Client) -> Result<()> {
        for version in self.state.versions.keys() {
            if self.tried.insert(version.clone()) {
                check::loads(client, &self.name, version)?;
            }
        }
        Ok(())
    }

    pub fn forget_what_was_tried(&mut self) {
        self.tried.clear();
    }
}

/// Operations are chosen so that they succeed.
fn succeeded(name: &str, operation: &Operation, answer: &Answer) -> Result<()> {
    if answer.is_success() {
        return Ok(());
    }
    bail!("{name}: {operation:?} was refused with {}: {}", answer.status, answer.body)
}
