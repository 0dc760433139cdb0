//! Data sets: labelled samples under a name, kept as they were when they were added.

use super::blobs::{Blobs, Lock, Stored};
use super::database::{Intent, now};
use super::digest::Digest;
use super::error::{Error, Result};
use super::{Registry, check_name, versions};
use maasm_evaluation::data::{DataError, Dataset, Limits};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::io::{self, Write};
use utoipa::ToSchema;

/// A data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DataSet {
    /// What it is called.
    pub name: String,
    /// `sha256:` and the digest of its samples' names, truths and bytes: the same wherever they lie.
    pub digest: String,
    /// The blob that has it, a tar archive.
    #[schema(value_type = String)]
    pub content: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// How many samples it has.
    pub samples: u64,
    /// When it was added.
    pub created: String,
    /// Who added it.
    pub by: String,
}

impl DataSet {
    /// Its samples.
    ///
    /// # Errors
    /// If its blob is not there or damaged.
    pub fn open(&self, blobs: &Blobs, limits: &Limits) -> Result<Dataset, DataError> {
        Dataset::of_archive(self.name.clone(), &blobs.path(&self.content), limits)
    }
}

const COLUMNS: &str = "name, digest, content, size, samples, created, created_by";

impl Registry {
    /// Copies a data set in, under a name that none has yet. To add the same once more changes nothing.
    ///
    /// # Errors
    /// If another data set has the name, or a sample cannot be read.
    pub fn add_data(&self, intent: &Intent, name: &str, data: &Dataset, _nothing_is_removed: &Lock) -> Result<DataSet> {
        check_name(name)?;
        let file = self.blobs().temporary().map_err(Error::file(self.folder()))?;
        let mut writer = Hashing { inner: io::BufWriter::new(file), hasher: Sha256::new(), size: 0 };
        let digest = data.pack(&mut writer).map_err(|error| Error::Malformed(error.to_string()))?;
        let Hashing { inner, hasher, size } = writer;
        let file = inner.into_inner().map_err(|error| Error::file(self.folder())(error.into_error()))?;
        let content = Stored { digest: Digest::finish(hasher), size };
        self.blobs().keep(file, content).map_err(Error::file(self.folder()))?;
        let samples = data.len() as u64;
        let (name, by) = (name.to_owned(), intent.by.clone());
        let set = DataSet { name, digest, content: content.digest, size, samples, created: now(), by };
        self.database().write(intent, "add-data", &set.name.clone(), &set.digest.clone(), |transaction| {
            match find(transaction, &set.name)? {
                Some(there) if there.digest == set.digest => return Ok(there),
                Some(there) => return Err(Error::DataExists { name: there.name }),
                None => {}
            }
            let insert = format!("INSERT INTO data ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
            let content = set.content.to_string();
            let values = params![set.name, set.digest, content, set.size, set.samples, set.created, set.by];
            transaction.execute(&insert, values)?;
            Ok(set)
        })
    }

    /// The data set of this name.
    ///
    /// # Errors
    /// If there is none.
    pub fn data(&self, name: &str) -> Result<DataSet> {
        let connection = self.database().reading();
        match find(&connection, name)? {
            Some(set) => Ok(set),
            None => Err(Error::NoSuchData { name: name.into(), there: some_names(&connection)? }),
        }
    }

    /// All data sets by name, those after this one.
    ///
    /// # Errors
    /// If the database fails.
    pub fn all_data(&self, after: Option<&str>, limit: usize) -> Result<Vec<DataSet>> {
        let connection = self.database().reading();
        let query = format!("SELECT {COLUMNS} FROM data WHERE ?1 IS NULL OR name > ?1 ORDER BY name LIMIT ?2");
        let mut statement = connection.prepare_cached(&query)?;
        let rows = statement.query_map(params![after, limit as i64], |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
    }

    /// Removes a data set. What it was evaluated for stays; its bytes go with the next collection of garbage.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn remove_data(&self, intent: &Intent, name: &str) -> Result<DataSet> {
        self.database().write(intent, "remove-data", name, &(), |transaction| {
            let Some(set) = find(transaction, name)? else {
                return Err(Error::NoSuchData { name: name.into(), there: some_names(transaction)? });
            };
            transaction.execute("DELETE FROM data WHERE name = ?1", [name])?;
            Ok(set)
        })
    }
}

fn some_names(connection: &rusqlite::Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT name FROM data ORDER BY name LIMIT ?1")?;
    Ok(statement.query_map([versions::LISTED as i64], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn find(connection: &rusqlite::Connection, name: &str) -> Result<Option<DataSet>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM data WHERE name = ?1"))?;
    statement.query_row([name], |row| Ok(read(row))).optional()?.transpose()
}

fn read(row: &Row) -> Result<DataSet> {
    let content: String = row.get(2)?;
    Ok(DataSet {
        name: row.get(0)?,
        digest: row.get(1)?,
        content: content.parse().map_err(|error: super::digest::NoDigest| Error::Malformed(error.to_string()))?,
        size: row.get(3)?,
        samples: row.get(4)?,
        created: row.get(5)?,
        by: row.get(6)?,
    })
}

/// Writes on, and keeps account of what was written.
struct Hashing<W> {
    inner: W,
    hasher: Sha256,
    size: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
