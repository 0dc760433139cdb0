//! Versions: they are published, read and deleted, and never changed.

use super::blobs::{Lock, Stored};
use super::database::{Intent, now};
use super::digest::Digest;
use super::error::{Error, Result};
use super::facts::{Facts, Provenance};
use super::{Registry, deployments, evaluations, index, manifest};
use maasm_protocol::reference::{Reference, Selector, select};
use rusqlite::{Connection, OptionalExtension, Row, params};
use semver::Version;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A version of a model, as the registry knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// What the component says of itself.
    #[serde(flatten)]
    pub facts: Facts,
    /// The component: SHA-256 of its bytes.
    #[schema(value_type = String, example = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    pub component: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Its OCI manifest.
    #[schema(value_type = String)]
    pub manifest: Digest,
    /// Where it came from.
    pub provenance: Provenance,
    /// When it was published.
    pub created: String,
    /// Why it is not loaded, if it could not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantined: Option<String>,
}

/// How many names a message lists.
pub(super) const LISTED: usize = 20;

pub(super) const COLUMNS: &str = "facts, component, size, manifest, provenance, created, quarantined";

impl Registry {
    /// Adds a version whose component is among the blobs already. To publish the same component again changes
    /// nothing.
    ///
    /// # Errors
    /// If the number was used for another component.
    pub fn publish(
        &self,
        intent: &Intent,
        component: Stored,
        facts: Facts,
        provenance: Provenance,
        _nothing_is_removed: &Lock,
    ) -> Result<Record> {
        // What an earlier publication of the same says stays.
        if let Some(record) = self.published(&facts, &component.digest)? {
            return Ok(record);
        }
        let created = now();
        let manifest = manifest::write(self.blobs(), &component, &facts, &provenance, &created)?;
        let (digest, size) = (component.digest, component.size);
        let manifest = manifest.digest;
        let (name, version) = (facts.name.clone(), facts.version.clone());
        let record = Record { facts, component: digest, size, manifest, provenance, created, quarantined: None };
        let subject = format!("{name}@{version}");
        let record = self.database().write(intent, "publish", &subject, &digest, |transaction| {
            match standing(transaction, &name, &version)? {
                None => {}
                Some((there, _)) if there.component == digest && there.quarantined.is_none() => return Ok(there),
                Some((there, deleted)) if there.component != digest => {
                    let (name, version) = (name.clone(), version.clone());
                    return Err(if deleted { Error::Deleted { name, version } } else { Error::Exists { name, version } });
                }
                // Deleted, or in quarantine, and here again.
                Some(_) => {}
            }
            let insert = "INSERT OR REPLACE INTO version (model, version, component, size, manifest, facts, provenance, \
                          created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            let facts = serde_json::to_string(&record.facts)?;
            let provenance = serde_json::to_string(&record.provenance)?;
            let (component, manifest) = (digest.to_string(), manifest.to_string());
            let values = params![name, version.to_string(), component, size, manifest, facts, provenance, record.created];
            transaction.execute(insert, values)?;
            index::changed(transaction)?;
            Ok(record)
        })?;
        self.refresh_index()?;
        Ok(record)
    }

    /// The version with this number, if it is this component and sound.
    fn published(&self, facts: &Facts, component: &Digest) -> Result<Option<Record>> {
        let found = standing(&self.database().reading(), &facts.name, &facts.version)?;
        let same = |(record, deleted): &(Record, bool)| {
            !deleted && record.component == *component && record.quarantined.is_none()
        };
        Ok(found.filter(same).map(|(record, _)| record))
    }

    /// The version that a reference means.
    ///
    /// # Errors
    /// If there is none, or the model's live version is asked for and none is deployed.
    pub fn find(&self, reference: &Reference) -> Result<Record> {
        let connection = self.database().reading();
        find(&connection, reference)
    }

    /// All versions of a model, lowest first, those after `after`.
    ///
    /// # Errors
    /// If there is no such model.
    pub fn versions(&self, name: &str, after: Option<&Version>, limit: usize) -> Result<Vec<Record>> {
        let connection = self.database().reading();
        let mut records = records(&connection, name)?;
        if records.is_empty() {
            return Err(no_such_model(&connection, name)?);
        }
        records.sort_by(|a, b| a.facts.version.cmp(&b.facts.version));
        let wanted = |record: &Record| after.is_none_or(|after| record.facts.version > *after);
        Ok(records.into_iter().filter(wanted).take(limit).collect())
    }

    /// The names of all models, in order, those after `after`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn models(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>> {
        let connection = self.database().reading();
        let query = "SELECT DISTINCT model FROM version WHERE deleted IS NULL AND model > ?1 ORDER BY model LIMIT ?2";
        let mut statement = connection.prepare_cached(query)?;
        let names = statement.query_map(params![after.unwrap_or_default(), limit as i64], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// The version that was published last.
    ///
    /// # Errors
    /// If there is none.
    pub fn newest(&self) -> Result<Record> {
        let connection = self.database().reading();
        let query = format!(
            "SELECT {COLUMNS} FROM version WHERE deleted IS NULL AND quarantined IS NULL \
             ORDER BY created DESC, model, version LIMIT 1"
        );
        let found = connection.query_row(&query, [], |row| Ok(record(row))).optional()?;
        found.ok_or(Error::Unnamed { there: vec![] })?
    }

    /// Whether this number was ever used for a version of this model.
    ///
    /// # Errors
    /// If the database fails.
    pub fn knows(&self, name: &str, version: &Version) -> Result<bool> {
        Ok(standing(&self.database().reading(), name, version)?.is_some())
    }

    /// The number after the highest that was ever used for a version of this model; for the first one, 1.0.0.
    ///
    /// # Errors
    /// If the database fails.
    pub fn next_number(&self, name: &str) -> Result<Version> {
        let connection = self.database().reading();
        let mut statement = connection.prepare_cached("SELECT version FROM version WHERE model = ?1")?;
        let texts = statement.query_map([name], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        let highest: Option<Version> = texts.iter().filter_map(|text| text.parse().ok()).max();
        Ok(highest.map_or(Version::new(1, 0, 0), |highest| Version::new(highest.major, highest.minor + 1, 0)))
    }

    /// Deletes a version. Its component goes with the next collection of garbage.
    ///
    /// # Errors
    /// If it is deployed or has an alias.
    pub fn delete(&self, intent: &Intent, name: &str, version: &Version) -> Result<Record> {
        let subject = format!("{name}@{version}");
        let record = self.database().write(intent, "delete", &subject, &(), |transaction| {
            let reference = Reference { name: name.into(), selector: Selector::Exact(version.clone()) };
            let record = find(transaction, &reference)?;
            let by = needed_by(transaction, name, version)?;
            if !by.is_empty() {
                return Err(Error::InUse { name: name.into(), version: version.clone(), by });
            }
            let delete = "UPDATE version SET deleted = ?3 WHERE model = ?1 AND version = ?2";
            transaction.execute(delete, params![name, version.to_string(), now()])?;
            evaluations::forget(transaction, name, version)?;
            index::changed(transaction)?;
            Ok(record)
        })?;
        self.refresh_index()?;
        Ok(record)
    }

    /// Notes that a version cannot be loaded, or (without a reason) that it can.
    ///
    /// # Errors
    /// If the database fails.
    pub fn quarantine(&self, name: &str, version: &Version, reason: Option<&str>) -> Result<()> {
        let subject = format!("{name}@{version}");
        let action = if reason.is_some() { "quarantine" } else { "release" };
        let intent = Intent { by: "maasm".into(), retry: None };
        self.database().write(&intent, action, &subject, &reason, |transaction| {
            let set = "UPDATE version SET quarantined = ?3 WHERE model = ?1 AND version = ?2";
            transaction.execute(set, params![name, version.to_string(), reason])?;
            Ok(())
        })
    }
}

/// What keeps a version from being deleted, in words.
pub(super) fn needed_by(connection: &Connection, name: &str, version: &Version) -> Result<Vec<String>> {
    let mut by = Vec::new();
    if let Some(live) = deployments::live(connection, name)?
        && live.traffic.reaches().any(|reached| reached == version)
    {
        by.push(format!("revision {} of the deployment", live.revision));
    }
    let mut statement = connection.prepare_cached("SELECT alias FROM alias WHERE model = ?1 AND version = ?2")?;
    for alias in statement.query_map(params![name, version.to_string()], |row| row.get::<_, String>(0))? {
        by.push(format!("the alias {}", alias?));
    }
    Ok(by)
}

/// The version that a reference means.
pub(super) fn find(connection: &Connection, reference: &Reference) -> Result<Record> {
    let Reference { name, selector } = reference;
    let missing = |connection: &Connection, wanted: &dyn std::fmt::Display| -> Result<Error> {
        let there = names(connection, name)?;
        if there.is_empty() {
            return no_such_model(connection, name);
        }
        Ok(Error::NoSuchVersion { name: name.clone(), version: wanted.to_string(), there })
    };
    let version = match selector {
        Selector::Exact(version) => Some(version.clone()),
        Selector::Live => match deployments::live(connection, name)? {
            // With several live versions, the one that most requests reach.
            Some(live) => live.traffic.versions.into_iter().max_by_key(|share| share.weight).map(|share| share.version),
            None => {
                let there = numbers(connection, name)?;
                if there.is_empty() {
                    return Err(no_such_model(connection, name)?);
                }
                let there = highest(&there);
                return Err(Error::NotDeployed { name: name.clone(), there });
            }
        },
        Selector::Alias(alias) => {
            let query = "SELECT version FROM alias WHERE model = ?1 AND alias = ?2";
            let found: Option<String> =
                connection.query_row(query, params![name, alias], |row| row.get(0)).optional()?;
            found.and_then(|version| version.parse().ok())
        }
        selector => select(selector, &numbers(connection, name)?).cloned(),
    };
    let found = match &version {
        Some(version) => standing(connection, name, version)?.filter(|(_, deleted)| !deleted),
        None => None,
    };
    match found {
        Some((record, _)) => Ok(record),
        None => Err(missing(connection, selector)?),
    }
}

/// A version, even a deleted one; and whether it is.
fn standing(connection: &Connection, name: &str, version: &Version) -> Result<Option<(Record, bool)>> {
    let query = format!("SELECT {COLUMNS}, deleted IS NOT NULL FROM version WHERE model = ?1 AND version = ?2");
    let mut statement = connection.prepare_cached(&query)?;
    let found = statement.query_row(params![name, version.to_string()], |row| Ok((record(row), row.get(7)?)));
    let Some((record, deleted)) = found.optional()? else { return Ok(None) };
    Ok(Some((record?, deleted)))
}

/// All versions of a model that there are, in no order.
pub(super) fn records(connection: &Connection, name: &str) -> Result<Vec<Record>> {
    let query = format!("SELECT {COLUMNS} FROM version WHERE model = ?1 AND deleted IS NULL");
    let mut statement = connection.prepare_cached(&query)?;
    let rows = statement.query_map([name], |row| Ok(record(row)))?;
    rows.map(|row| row?).collect()
}

/// The numbers of a model's versions, lowest first.
pub(super) fn numbers(connection: &Connection, name: &str) -> Result<Vec<Version>> {
    let query = "SELECT version FROM version WHERE model = ?1 AND deleted IS NULL";
    let mut statement = connection.prepare_cached(query)?;
    let texts = statement.query_map([name], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut versions: Vec<Version> = texts.iter().filter_map(|text| text.parse().ok()).collect();
    versions.sort();
    Ok(versions)
}

/// What may be asked for: versions and aliases.
fn names(connection: &Connection, name: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT alias FROM alias WHERE model = ?1 ORDER BY alias")?;
    let aliases = statement.query_map([name], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    Ok(highest(&numbers(connection, name)?).into_iter().chain(aliases.into_iter().take(LISTED)).collect())
}

/// As many of the highest versions as a message lists.
fn highest(versions: &[Version]) -> Vec<String> {
    versions[versions.len().saturating_sub(LISTED)..].iter().map(Version::to_string).collect()
}

fn no_such_model(connection: &Connection, name: &str) -> Result<Error> {
    Ok(Error::NoSuchModel { name: name.into(), there: some_models(connection, "version WHERE deleted IS NULL")? })
}

/// Some names of models from this table.
pub(super) fn some_models(connection: &Connection, from: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached(&format!("SELECT DISTINCT model FROM {from} LIMIT {LISTED}"))?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// A row of [`COLUMNS`].
fn record(row: &Row) -> Result<Record> {
    let digest = |column: usize| -> Result<Digest> {
        let text: String = row.get(column)?;
        text.parse().map_err(|error: super::digest::NoDigest| Error::Malformed(error.to_string()))
    };
    Ok(Record {
        facts: serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?,
        component: digest(1)?,
        size: row.get(2)?,
        manifest: digest(3)?,
        provenance: serde_json::from_str(row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?)?,
        created: row.get(5)?,
        quarantined: row.get(6)?,
    })
}
