//! `index.json` of the image layout says what the database says, for other programs that read layouts.
//!
//! The database counts its versions' changes, and remembers which change the index has come to: one that a process could
//! not write before it ended is written when the folder is opened next.

use super::Registry;
use super::blobs::Stored;
use super::digest::Digest;
use super::error::{Error, Result};
use super::oci::index::{self, Entry};
use rusqlite::{Connection, Transaction};

/// Counts a change of the versions. Part of the transaction that makes it.
pub(super) fn changed(transaction: &Transaction) -> Result<()> {
    transaction.execute("UPDATE layout SET changes = changes + 1", [])?;
    Ok(())
}

impl Registry {
    /// Writes the index if it is not what it should be.
    pub(super) fn refresh_index(&self) -> Result<()> {
        let (changes, written) = counts(&self.database().reading())?;
        if written == changes {
            return Ok(());
        }
        // Whoever holds the database's one right to write is the only one who writes the index.
        self.database().note(|transaction| {
            let (changes, _) = counts(transaction)?;
            let entries = self.entries(transaction)?;
            index::write(self.blobs(), &entries).map_err(Error::file(self.folder().join("index.json")))?;
            transaction.execute("UPDATE layout SET written = ?1", [changes])?;
            Ok(())
        })
    }

    /// What the index should list.
    fn entries(&self, connection: &Connection) -> Result<Vec<Entry>> {
        let query = "SELECT model, version, manifest FROM version WHERE deleted IS NULL ORDER BY model, version";
        let mut statement = connection.prepare_cached(query)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
        let mut entries = Vec::new();
        for row in rows {
            let (name, version, manifest) = row?;
            let Ok(digest) = manifest.parse::<Digest>() else { continue };
            let size = self.blobs().size(&digest).unwrap_or_default();
            entries.push(Entry { name, version, manifest: Stored { digest, size } });
        }
        Ok(entries)
    }

    /// What the index should list.
    pub(super) fn expected_index(&self) -> Result<Vec<Entry>> {
        self.entries(&self.database().reading())
    }

    /// Writes the index whether it needs it or not.
    pub(super) fn rewrite_index(&self) -> Result<()> {
        self.database().note(changed)?;
        self.refresh_index()
    }
}

fn counts(connection: &Connection) -> Result<(u64, u64)> {
    let mut statement = connection.prepare_cached("SELECT changes, written FROM layout")?;
    Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}
