//! What may change, in SQLite: which versions there are, what they are called, which answer, who may do what.
//!
//! # Layout
//! - `schema/`: one file is one migration; a migration that has been released is never changed
//! - `write`: every change is one transaction, with its line in the audit log and, if asked, its idempotency key

mod write;

pub use write::{Intent, Retry};

use super::blobs::Durability;
use super::error::{Error, Result};
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long another process may keep the database for itself.
const PATIENCE: Duration = Duration::from_secs(30);

const STEPS: &[M] = &[M::up(include_str!("schema/0001-begin.sql")), M::up(include_str!("schema/0002-evaluation.sql"))];
const MIGRATIONS: Migrations = Migrations::from_slice(STEPS);

/// The database's file in the data folder.
pub const FILE: &str = "maasm.sqlite3";

/// Two connections: in write-ahead mode one that reads need not wait for one that writes.
pub struct Database {
    reading: Mutex<Connection>,
    writing: Mutex<Connection>,
}

impl Database {
    /// Opens the database in this folder, brings it to this program's schema, or makes it.
    ///
    /// # Errors
    /// If it cannot be read or written, is damaged, or was made by a newer program.
    pub fn open(folder: &Path, durability: Durability) -> Result<Self> {
        let path = folder.join(FILE);
        let mut writing = Connection::open(&path)?;
        set_up(&writing, durability)?;
        MIGRATIONS.to_latest(&mut writing).map_err(|error| Error::Schema { path: path.clone(), error })?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reading = Connection::open_with_flags(&path, flags)?;
        reading.busy_timeout(PATIENCE)?;
        Ok(Self { reading: Mutex::new(reading), writing: Mutex::new(writing) })
    }

    /// The connection that reads. It is held for a query, never while anything else is done.
    pub fn reading(&self) -> MutexGuard<'_, Connection> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> MutexGuard<'_, Connection> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn set_up(connection: &Connection, durability: Durability) -> Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let synchronous = if durability == Durability::Full { "FULL" } else { "OFF" };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Now, as it is written everywhere: RFC 3339, in UTC, to the millisecond. Such texts sort as the times do.
pub fn now() -> String {
    humantime::format_rfc3339_millis(std::time::SystemTime::now()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_are_sound() {
        MIGRATIONS.validate().unwrap();
    }

    #[test]
    fn a_database_of_a_newer_program_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        drop(Database::open(folder.path(), Durability::None).unwrap());
        Connection::open(folder.path().join(FILE)).unwrap().pragma_update(None, "user_version", 99).unwrap();
        let error = Database::open(folder.path(), Durability::None).err().unwrap().to_string();
        assert!(error.contains("newer"), "{error}");
    }
}
