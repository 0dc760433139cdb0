//! Deployments: which versions of a model answer. Every change is a new revision; a rollback is one, too.

use super::Registry;
use super::database::{Intent, now};
use super::error::{Error, Result};
use super::traffic::Traffic;
use super::versions;
use maasm_protocol::reference::{Reference, Selector, check_name};
use rusqlite::{Connection, OptionalExtension, Row, params};
use semver::Version;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A state of a model's traffic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deployment {
    /// The model.
    pub model: String,
    /// Counts the states that there were, from 1.
    pub revision: u64,
    /// Which versions answer.
    #[serde(flatten)]
    pub traffic: Traffic,
    /// The revision that a rollback restores; none if there is nothing before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<u64>,
    /// What led to it: `deploy`, `split`, `rollback to 3`, `1.1.0 cannot be loaded: …`.
    pub reason: String,
    /// Since when.
    pub created: String,
    /// Who wanted it: the id of a key.
    pub by: String,
}

const COLUMNS: &str = "deployment.model, deployment.revision, traffic, previous, reason, created, created_by";

impl Registry {
    /// Gives a model's traffic to these versions.
    ///
    /// # Errors
    /// If the parts make no whole, a version is not there or in quarantine, or (with `expected`) another revision is
    /// live by now.
    pub fn deploy(
        &self,
        intent: &Intent,
        model: &str,
        traffic: &Traffic,
        expected: Option<u64>,
        reason: &str,
    ) -> Result<Deployment> {
        check_name(model)?;
        traffic.check()?;
        self.database().write(intent, "deploy", model, &(traffic, expected), |transaction| {
            for version in traffic.reaches() {
                sound(transaction, model, version)?;
            }
            let before = live(transaction, model)?;
            if let Some(expected) = expected {
                let found = before.as_ref().map_or(0, |live| live.revision);
                if found != expected {
                    return Err(Error::Moved { name: model.into(), expected, found });
                }
            }
            let previous = before.map(|live| live.revision);
            add(transaction, intent, model, traffic.clone(), previous, reason.into())
        })
    }

    /// Goes back to the state before the live one, or to a revision. Going back once more goes back further.
    ///
    /// # Errors
    /// If there is no such revision, or one of its versions is gone or in quarantine.
    pub fn rollback(&self, intent: &Intent, model: &str, to: Option<u64>) -> Result<Deployment> {
        self.database().write(intent, "rollback", model, &to, |transaction| {
            let Some(live) = live(transaction, model)? else {
                // Says that the model is not there or not deployed.
                versions::find(transaction, &Reference { name: model.into(), selector: Selector::Live })?;
                return Err(Error::NothingBefore(format!("{model} is not deployed")));
            };
            let target = match to.or(live.previous) {
                Some(revision) => revision_of(transaction, model, revision)?,
                None => None,
            };
            let target = target.ok_or_else(|| {
                Error::NothingBefore(match to {
                    Some(revision) => format!("{model} had no revision {revision}; the live one is {}", live.revision),
                    None => format!("there is nothing before revision {} of {model}", live.revision),
                })
            })?;
            for version in target.traffic.reaches() {
                sound(transaction, model, version)?;
            }
            let reason = format!("rollback to {}", target.revision);
            add(transaction, intent, model, target.traffic, target.previous, reason)
        })
    }

    /// Leaves a version that cannot be loaded: goes back to the last state without it; or, where it was only the
    /// shadow, goes on without one. Nothing, if there is no such state or the version is not live any more.
    ///
    /// # Errors
    /// If the database fails.
    pub fn retreat(&self, model: &str, from: &Version, why: &str) -> Result<Option<Deployment>> {
        let intent = Intent { by: "maasm".into(), retry: None };
        let reason = format!("{from} cannot be loaded: {why}");
        self.database().write(&intent, "retreat", model, &reason, |transaction| {
            let Some(live) = live(transaction, model)?.filter(|live| live.traffic.reaches().any(|v| v == from)) else {
                return Ok(None);
            };
            if live.traffic.shadow.as_ref() == Some(from) {
                let traffic = Traffic { shadow: None, ..live.traffic };
                return add(transaction, &intent, model, traffic, live.previous, reason.clone()).map(Some);
            }
            let mut previous = live.previous;
            while let Some(revision) = previous {
                let Some(target) = revision_of(transaction, model, revision)? else { break };
                if target.traffic.reaches().all(|version| sound(transaction, model, version).is_ok()) {
                    return add(transaction, &intent, model, target.traffic, target.previous, reason.clone()).map(Some);
                }
                previous = target.previous;
            }
            Ok(None)
        })
    }

    /// What is live of a model, if anything is.
    ///
    /// # Errors
    /// If the database fails.
    pub fn live(&self, model: &str) -> Result<Option<Deployment>> {
        live(&self.database().reading(), model)
    }

    /// What is live of all models, by name, those after `after`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn all_live(&self, after: Option<&str>, limit: usize) -> Result<Vec<Deployment>> {
        let connection = self.database().reading();
        let query = format!(
            "SELECT {COLUMNS} FROM live JOIN deployment USING (model, revision) WHERE live.model > ?1 \
             ORDER BY live.model LIMIT ?2"
        );
        let mut statement = connection.prepare_cached(&query)?;
        let rows = statement.query_map(params![after.unwrap_or_default(), limit as i64], |row| Ok(deployment(row)))?;
        rows.map(|row| row?).collect()
    }

    /// All revisions of a model's deployment, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn revisions(&self, model: &str, limit: usize) -> Result<Vec<Deployment>> {
        let connection = self.database().reading();
        let query = format!("SELECT {COLUMNS} FROM deployment WHERE model = ?1 ORDER BY revision DESC LIMIT ?2");
        let mut statement = connection.prepare_cached(&query)?;
        let rows = statement.query_map(params![model, limit as i64], |row| Ok(deployment(row)))?;
        rows.map(|row| row?).collect()
    }

    /// The model that a request means which names none: the only one that is deployed.
    ///
    /// # Errors
    /// If none is deployed, or several are.
    pub fn only_model(&self) -> Result<String> {
        let connection = self.database().reading();
        let mut there = versions::some_models(&connection, "live")?;
        if there.is_empty() {
            there = versions::some_models(&connection, "version WHERE deleted IS NULL")?;
        }
        match <[String; 1]>::try_from(there) {
            Ok([only]) => Ok(only),
            Err(there) => Err(Error::Unnamed { there }),
        }
    }
}

/// What is live of a model.
pub(super) fn live(connection: &Connection, model: &str) -> Result<Option<Deployment>> {
    let query = format!("SELECT {COLUMNS} FROM live JOIN deployment USING (model, revision) WHERE live.model = ?1");
    let mut statement = connection.prepare_cached(&query)?;
    statement.query_row([model], |row| Ok(deployment(row))).optional()?.transpose()
}

pub(super) fn revision_of(connection: &Connection, model: &str, revision: u64) -> Result<Option<Deployment>> {
    let query = format!("SELECT {COLUMNS} FROM deployment WHERE model = ?1 AND revision = ?2");
    let mut statement = connection.prepare_cached(&query)?;
    statement.query_row(params![model, revision], |row| Ok(deployment(row))).optional()?.transpose()
}

/// Refuses a version that is not there or cannot be loaded.
fn sound(connection: &Connection, model: &str, version: &Version) -> Result<()> {
    let reference = Reference { name: model.into(), selector: Selector::Exact(version.clone()) };
    match versions::find(connection, &reference)?.quarantined {
        None => Ok(()),
        Some(reason) => Err(Error::Quarantined { name: model.into(), version: version.clone(), reason }),
    }
}

/// Adds a revision and makes it the live one.
fn add(
    connection: &Connection,
    intent: &Intent,
    model: &str,
    traffic: Traffic,
    previous: Option<u64>,
    reason: String,
) -> Result<Deployment> {
    let last = "SELECT COALESCE(MAX(revision), 0) FROM deployment WHERE model = ?1";
    let revision = connection.query_row(last, [model], |row| row.get::<_, u64>(0))? + 1;
    let (model, created, by) = (model.to_owned(), now(), intent.by.clone());
    let deployment = Deployment { model, revision, traffic, previous, reason, created, by };
    let Deployment { model, traffic, reason, created, by, .. } = &deployment;
    let insert = "INSERT INTO deployment (model, revision, traffic, previous, reason, created, created_by) \
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let traffic = serde_json::to_string(traffic)?;
    connection.execute(insert, params![model, revision, traffic, previous, reason, created, by])?;
    connection.execute("INSERT OR REPLACE INTO live (model, revision) VALUES (?1, ?2)", params![model, revision])?;
    Ok(deployment)
}

/// A row of [`COLUMNS`].
fn deployment(row: &Row) -> Result<Deployment> {
    Ok(Deployment {
        model: row.get(0)?,
        revision: row.get(1)?,
        traffic: serde_json::from_str(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?,
        previous: row.get(3)?,
        reason: row.get(4)?,
        created: row.get(5)?,
        by: row.get(6)?,
    })
}
