//! What a model must look like, and what each change makes of it.

use anyhow::{Result, bail};
use maasm_registry::digest::Digest;
use maasm_registry::{Error, Registry, Traffic};
use semver::Version;
use std::collections::BTreeMap;

/// All that is known of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Its versions and their components; a component that the server makes is known once it was seen.
    pub versions: BTreeMap<Version, Option<Digest>>,
    pub aliases: BTreeMap<String, Version>,
    /// The first is revision 1; the last is live.
    pub revisions: Vec<Revision>,
    /// How many numbers were used.
    pub used: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    pub traffic: Traffic,
    pub previous: Option<u64>,
}

/// A change of a model, which is done whole or not at all.
#[derive(Clone, Debug)]
pub enum Change {
    Publish { version: Version, component: Option<Digest>, deploy: bool },
    Delete(Version),
    Alias(String, Version),
    Unalias(String),
    Deploy(Traffic),
    Rollback,
}

impl State {
    /// The number of the next version.
    pub fn next(&self) -> Version {
        Version::new(1, self.used, 0)
    }

    pub fn live(&self) -> Option<&Revision> {
        self.revisions.last()
    }

    /// What a rollback restores, if it can.
    pub fn before(&self) -> Option<&Revision> {
        let target = &self.revisions[usize::try_from(self.live()?.previous?).ok()? - 1];
        target.traffic.reaches().all(|version| self.versions.contains_key(version)).then_some(target)
    }

    /// Versions that nothing needs.
    pub fn unneeded(&self) -> Vec<&Version> {
        let live = |version: &Version| self.live().is_some_and(|live| live.traffic.reaches().any(|v| v == version));
        let named = |version: &Version| self.aliases.values().any(|v| v == version);
        self.versions.keys().filter(|version| !live(version) && !named(version)).collect()
    }

    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Publish { version, component, deploy } => {
                self.versions.insert(version.clone(), *component);
                self.used += 1;
                if *deploy {
                    self.add(Traffic::all_to(version.clone()));
                }
            }
            Change::Delete(version) => drop(self.versions.remove(version)),
            Change::Alias(alias, version) => drop(self.aliases.insert(alias.clone(), version.clone())),
            Change::Unalias(alias) => drop(self.aliases.remove(alias)),
            Change::Deploy(traffic) => self.add(traffic.clone()),
            Change::Rollback => {
                let target = self.before().expect("it was possible when it was chosen").clone();
                self.revisions.push(target);
            }
        }
    }

    fn add(&mut self, traffic: Traffic) {
        let live = self.revisions.len() as u64;
        self.revisions.push(Revision { traffic, previous: (live > 0).then_some(live) });
    }

    /// What the registry says of a model.
    pub fn read(registry: &Registry, name: &str, used: u64) -> Result<Self> {
        let records = match registry.versions(name, None, usize::MAX) {
            Err(Error::NoSuchModel { .. }) => vec![],
            records => records?,
        };
        if let Some(record) = records.iter().find(|record| record.quarantined.is_some()) {
            bail!("{name} {} is in quarantine: {:?}", record.facts.version, record.quarantined);
        }
        let mut revisions = registry.revisions(name, usize::MAX)?;
        revisions.reverse();
        if let Some((index, one)) = revisions.iter().enumerate().find(|(index, one)| one.revision != *index as u64 + 1)
        {
            bail!("{name}: revision {} is the {}th", one.revision, index + 1);
        }
        if registry.live(name)?.as_ref() != revisions.last() {
            bail!("{name}: the live revision is not the last one");
        }
        Ok(Self {
            versions: records.into_iter().map(|record| (record.facts.version, Some(record.component))).collect(),
            aliases: registry.aliases(name)?.into_iter().map(|alias| (alias.alias, alias.version)).collect(),
            revisions: revisions
                .into_iter()
                .map(|one| Revision { traffic: one.traffic, previous: one.previous })
                .collect(),
            used,
        })
    }

    /// Whether this is what the registry says; learns the components that the server made.
    pub fn is(&mut self, found: &Self) -> bool {
        let mut expected = self.clone();
        for (version, component) in &mut expected.versions {
            if component.is_none() {
                *component = found.versions.get(version).copied().flatten();
            }
        }
        let same = expected == *found;
        if same {
            *self = expected;
        }
        same
    }

    /// How what was found differs from this, in lines.
    pub fn difference(&self, found: &Self) -> String {
        let mut lines = Vec::new();
        let mut compare = |what: &str, expected: &dyn std::fmt::Debug, found: &dyn std::fmt::Debug| {
            let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
            if expected != found {
                lines.push(format!("  {what}\n    must be {expected}\n    and are {found}"));
            }
        };
        compare("versions", &self.versions, &found.versions);
        compare("aliases", &self.aliases, &found.aliases);
        let same = self.revisions.iter().zip(&found.revisions).take_while(|(one, other)| one == other).count();
        let after = |revisions: &[Revision]| format!("{same} that are the same and {:?}", &revisions[same..]);
        compare("revisions", &after(&self.revisions), &after(&found.revisions));
        lines.join("\n")
    }
}
