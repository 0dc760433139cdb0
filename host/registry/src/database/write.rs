//! Every change is one transaction, with its line in the audit log and, if asked, its idempotency key.

use super::{Database, now};
use crate::digest::Digest;
use crate::error::{Error, Result};
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::{Duration, SystemTime};

/// How long the answer to a request with an idempotency key is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Who wants a change, and how they recognise it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The id of the key, or what stands for one: `local` for the command line, `anonymous` for an open server.
    pub by: String,
    /// Says whether this is the same change wanted once more.
    pub retry: Option<Retry>,
}

/// A text of the client's choice. The same text with the same request is the same change wanted once more: it is done
/// once, and answered twice. (The header `Idempotency-Key` of the IETF's draft of that name.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The client's text.
    pub key: String,
    /// What is asked for, where that is more than the change's own arguments tell.
    pub request: String,
}

impl Intent {
    /// The command line on its own machine.
    pub fn local() -> Self {
        Self { by: "local".into(), retry: None }
    }

    /// Says that an upload of this digest belongs to what is asked for.
    pub fn concerns(&mut self, upload: &Digest) {
        if let Some(retry) = &mut self.retry {
            retry.request = upload.to_string();
        }
    }
}

impl Database {
    /// Makes a change whole, durably, and with its line in the audit log; or not at all.
    ///
    /// # Errors
    /// Whatever `change` says; or if the idempotency key was used for something else.
    pub fn write<T: Serialize + DeserializeOwned>(
        &self,
        intent: &Intent,
        action: &str,
        subject: &str,
        request: &impl Serialize,
        change: impl FnOnce(&Transaction) -> Result<T>,
    ) -> Result<T> {
        let mut connection = self.writing();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let request = json(request);
        let identity = intent.retry.as_ref().map(|retry| (retry, identity(action, subject, &request, &retry.request)));
        if let Some((retry, identity)) = &identity
            && let Some(answer) = answered(&transaction, &intent.by, retry, identity)?
        {
            return Ok(serde_json::from_str(&answer)?);
        }
        let answer = change(&transaction)?;
        let audit = "INSERT INTO audit (at, created_by, action, subject, request) VALUES (?1, ?2, ?3, ?4, ?5)";
        transaction.prepare_cached(audit)?.execute(params![now(), intent.by, action, subject, request])?;
        if let Some((retry, identity)) = &identity {
            let keep =
                "INSERT INTO idempotency (created_by, key, request, answer, created) VALUES (?1, ?2, ?3, ?4, ?5)";
            transaction.execute(keep, params![intent.by, retry.key, identity, json(&answer), now()])?;
        }
        transaction.commit()?;
        Ok(answer)
    }

    /// Makes a change that nobody asked for and that the audit log need not tell, such as the progress of a job.
    ///
    /// # Errors
    /// Whatever `change` says.
    pub fn note<T>(&self, change: impl FnOnce(&Transaction) -> Result<T>) -> Result<T> {
        let mut connection = self.writing();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = change(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

/// What was answered to this request before.
fn answered(transaction: &Transaction, by: &str, retry: &Retry, identity: &str) -> Result<Option<String>> {
    let oldest = humantime::format_rfc3339_millis(SystemTime::now() - KEPT).to_string();
    transaction.execute("DELETE FROM idempotency WHERE created < ?1", [oldest])?;
    let query = "SELECT request, answer FROM idempotency WHERE created_by = ?1 AND key = ?2";
    let found: Option<(String, String)> =
        transaction.query_row(query, params![by, retry.key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    match found {
        Some((request, _)) if request != identity => Err(Error::RetryDiffers { key: retry.key.clone() }),
        found => Ok(found.map(|(_, answer)| answer)),
    }
}

/// What tells one request from another.
fn identity(action: &str, subject: &str, request: &str, more: &str) -> String {
    Digest::of(json(&[action, subject, request, more]).as_bytes()).to_string()
}

fn json(value: &impl Serialize) -> String {
    // Through `Value`, whose objects are sorted.
    serde_json::to_value(value).unwrap_or(Value::Null).to_string()
}
