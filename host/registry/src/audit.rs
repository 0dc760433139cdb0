//! The audit log: every change, who wanted it, and when.

use super::Registry;
use super::error::Result;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Counts the changes, from 1.
    pub sequence: u64,
    /// When.
    pub at: String,
    /// Who wanted it: the id of a key; `local` for the command line, `anonymous` for an open server, `maasm` for the
    /// server itself.
    pub by: String,
    /// What: `publish`, `deploy`, `rollback`, `alias`, …
    pub action: String,
    /// To what.
    pub subject: String,
    /// With what.
    pub request: Value,
}

impl Registry {
    /// The changes, newest first, those before `before`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn audit(&self, before: Option<u64>, limit: usize) -> Result<Vec<Entry>> {
        let connection = self.database().reading();
        let query = "SELECT sequence, at, created_by, action, subject, request FROM audit WHERE sequence < ?1 \
                     ORDER BY sequence DESC LIMIT ?2";
        let mut statement = connection.prepare_cached(query)?;
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![before, limit as i64], |row| {
            let request: String = row.get(5)?;
            Ok(Entry {
                sequence: row.get(0)?,
                at: row.get(1)?,
                by: row.get(2)?,
                action: row.get(3)?,
                subject: row.get(4)?,
                request: serde_json::from_str(&request).unwrap_or(Value::String(request)),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
