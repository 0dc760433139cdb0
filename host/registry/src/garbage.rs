//! What nothing needs any more: old versions, and files that no version refers to.

use super::Registry;
use super::database::{Intent, now};
use super::digest::Digest;
use super::error::{Error, Result};
use super::versions::{self, needed_by};
use super::{Deployment, deployments, evaluations, index};
use rusqlite::{Connection, params};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use utoipa::ToSchema;

/// Which versions are kept. What is deployed, what a rollback would restore, and what has an alias, always is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// So many of each model's highest versions; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<u64>,
    /// And all that were published in the last so many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub younger_than: Option<u64>,
    /// Says only what would go.
    pub dry_run: bool,
}

/// What was removed, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Collected {
    /// Versions, as `name@1.0.0`.
    pub versions: Vec<String>,
    /// Files of the image layout.
    pub blobs: u64,
    /// Temporary files, compiled code and folders of jobs that nothing needs.
    pub leftovers: u64,
    /// All of them together, in bytes.
    pub bytes: u64,
}

impl Registry {
    /// Removes what nothing needs any more. Waits until nobody publishes, and nobody can until it is done.
    ///
    /// # Errors
    /// If something cannot be removed. Whatever was removed until then was garbage.
    pub fn collect_garbage(&self, intent: &Intent, retention: &Retention) -> Result<Collected> {
        let alone = self.blobs().lock_alone().map_err(Error::file(self.folder()))?;
        let mut collected = Collected::default();
        let old = self.retire(intent, retention)?;
        collected.versions = old.iter().map(|(name, version)| format!("{name}@{version}")).collect();
        let (needed, code) = self.needed(&old)?;
        for blob in self.blobs().all().map_err(Error::file(self.folder()))? {
            if !needed.contains(&blob.digest) {
                collected.blobs += 1;
                collected.bytes += blob.size;
                if !retention.dry_run {
                    self.blobs().remove(&blob.digest, &alone).map_err(Error::file(self.folder()))?;
                }
            }
        }
        let mut leftovers = self.blobs().left_temporaries(&alone).map_err(Error::file(self.folder()))?;
        leftovers.extend(self.needless_code(&code));
        leftovers.extend(self.needless_job_folders()?);
        for (path, bytes) in leftovers {
            collected.leftovers += 1;
            collected.bytes += bytes;
            if !retention.dry_run {
                remove(&path).map_err(Error::file(&path))?;
            }
        }
        if !retention.dry_run {
            self.refresh_index()?;
        }
        Ok(collected)
    }

    /// Deletes the versions that the retention does not keep.
    fn retire(&self, intent: &Intent, retention: &Retention) -> Result<Vec<(String, Version)>> {
        let Some(keep) = retention.keep else { return Ok(vec![]) };
        if retention.dry_run {
            return old(&self.database().reading(), keep, retention.younger_than);
        }
        self.database().write(intent, "collect-garbage", "", retention, |transaction| {
            let old = old(transaction, keep, retention.younger_than)?;
            for (name, version) in &old {
                let delete = "UPDATE version SET deleted = ?3 WHERE model = ?1 AND version = ?2";
                transaction.execute(delete, params![name, version.to_string(), now()])?;
                evaluations::forget(transaction, name, version)?;
            }
            index::changed(transaction)?;
            Ok(old)
        })
    }

    /// The blobs that versions refer to, but for these versions; and the digests that their compiled code goes by.
    fn needed(&self, without: &[(String, Version)]) -> Result<(HashSet<Digest>, HashSet<String>)> {
        let connection = self.database().reading();
        let query = "SELECT model, version, component, manifest, facts, provenance FROM version WHERE deleted IS NULL";
        let mut statement = connection.prepare(query)?;
        let rows = statement.query_map([], |row| {
            let texts: [String; 6] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
            Ok(texts)
        })?;
        let (mut needed, mut code) = (HashSet::new(), HashSet::new());
        for row in rows {
            let [model, version, component, manifest, facts, provenance] = row?;
            if goes(without, &model, &version) {
                continue;
            }
            needed.extend(component.parse::<Digest>());
            needed.extend(serde_json::from_str::<super::Provenance>(&provenance)?.model);
            if let Ok(manifest) = manifest.parse::<Digest>() {
                needed.insert(manifest);
                needed.extend(self.referred(&manifest));
            }
            let facts: super::Facts = serde_json::from_str(&facts)?;
            code.insert(facts.digest.trim_start_matches("blake3:").to_owned());
        }
        self.needed_beside(&connection, without, &mut needed)?;
        Ok((needed, code))
    }

    /// The blobs of reports about versions, but for these versions, and of data sets.
    fn needed_beside(
        &self,
        connection: &Connection,
        without: &[(String, Version)],
        needed: &mut HashSet<Digest>,
    ) -> Result<()> {
        let mut statement = connection.prepare("SELECT model, version, manifest FROM evaluation")?;
        let rows = statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
        for row in rows {
            let [model, version, manifest]: [String; 3] = row?;
            if let (false, Ok(manifest)) = (goes(without, &model, &version), manifest.parse::<Digest>()) {
                needed.insert(manifest);
                needed.extend(self.referred(&manifest));
            }
        }
        let mut statement = connection.prepare("SELECT content FROM data")?;
        let contents = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        needed.extend(contents.iter().filter_map(|content| content.parse::<Digest>().ok()));
        Ok(())
    }

    /// The blobs that a manifest refers to.
    fn referred(&self, manifest: &Digest) -> Vec<Digest> {
        let manifest = self.blobs().read(manifest).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let manifest: serde_json::Value = manifest.unwrap_or_default();
        let layers = manifest["layers"].as_array().into_iter().flatten();
        let descriptors = layers.chain([&manifest["config"]]);
        descriptors.filter_map(|descriptor| descriptor["digest"].as_str()?.parse().ok()).collect()
    }

    /// Compiled code of components that are not there, and what a process left that ended while it wrote some; with the
    /// bytes of each.
    fn needless_code(&self, needed: &HashSet<String>) -> Vec<(PathBuf, u64)> {
        let mut needless = Vec::new();
        for entry in fs::read_dir(self.code_folder()).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_code = path.extension().is_some_and(|extension| extension == "cache");
            let component = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let is_left = component.starts_with(".tmp") && age(&entry) > LONGEST_WRITING;
            if is_left || is_code && !needed.contains(component) {
                needless.push((path, size(&entry)));
            }
        }
        needless
    }

    /// The folders of jobs that have ended, and of uploads that never became one; with the bytes in each.
    fn needless_job_folders(&self) -> Result<Vec<(PathBuf, u64)>> {
        let mut folders = Vec::new();
        let entries = fs::read_dir(self.folder().join("jobs")).into_iter().flatten();
        for entry in entries.flatten().filter(|entry| entry.path().is_dir()) {
            let job = entry.file_name().to_str().map(|id| self.job(id));
            let needless = match job {
                Some(Ok(job)) => job.state.finished(),
                // It may still be on its way.
                Some(Err(Error::NoSuchJob(_))) | None => age(&entry) > LONGEST_UPLOAD,
                Some(Err(error)) => return Err(error),
            };
            if needless {
                folders.push((entry.path(), size(&entry)));
            }
        }
        Ok(folders)
    }
}

/// Whether a version is among those.
fn goes(without: &[(String, Version)], model: &str, version: &str) -> bool {
    without.iter().any(|(name, number)| name == model && number.to_string() == version)
}

/// How long an upload may take before what there is of it is garbage.
const LONGEST_UPLOAD: Duration = Duration::from_secs(24 * 60 * 60);

/// How long code may take to be written before what there is of it is garbage.
const LONGEST_WRITING: Duration = Duration::from_secs(60 * 60);

/// Removes a file, or a folder with everything in it; content if another process was faster.
fn remove(path: &Path) -> io::Result<()> {
    let is_folder = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
    match if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) } {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The bytes of a file, or of all files in a folder.
fn size(entry: &fs::DirEntry) -> u64 {
    match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            fs::read_dir(entry.path()).into_iter().flatten().flatten().map(|entry| size(&entry)).sum()
        }
        metadata => metadata.map_or(0, |metadata| metadata.len()),
    }
}

fn age(entry: &fs::DirEntry) -> Duration {
    let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
    modified.and_then(|modified| modified.elapsed().ok()).unwrap_or_default()
}

/// The versions that a retention does not keep.
fn old(connection: &Connection, keep: u64, younger_than: Option<u64>) -> Result<Vec<(String, Version)>> {
    let youngest = younger_than.map(|seconds| {
        let since = SystemTime::now().checked_sub(Duration::from_secs(seconds)).unwrap_or(SystemTime::UNIX_EPOCH);
        humantime::format_rfc3339_millis(since).to_string()
    });
    let mut statement = connection.prepare("SELECT DISTINCT model FROM version WHERE deleted IS NULL")?;
    let models = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    let mut old = Vec::new();
    for model in models {
        let mut records = versions::records(connection, &model)?;
        records.sort_by(|a, b| b.facts.version.cmp(&a.facts.version));
        let restored = restored(connection, &model)?;
        let highest = usize::try_from(keep).unwrap_or(usize::MAX);
        for record in records.into_iter().skip(highest) {
            let version = record.facts.version;
            let young = youngest.as_ref().is_some_and(|youngest| record.created > *youngest);
            let restorable = restored.iter().any(|deployment| deployment.traffic.reaches().any(|v| *v == version));
            if !young && !restorable && needed_by(connection, &model, &version)?.is_empty() {
                old.push((model.clone(), version));
            }
        }
    }
    Ok(old)
}

/// What a rollback would restore.
fn restored(connection: &Connection, model: &str) -> Result<Option<Deployment>> {
    let previous = deployments::live(connection, model)?.and_then(|live| live.previous);
    previous.map_or(Ok(None), |revision| deployments::revision_of(connection, model, revision))
}
