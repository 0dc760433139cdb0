//! Jobs: work that takes its time, and outlives the process that took it on.

use super::Registry;
use super::database::{Intent, now};
use super::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::File;
use std::path::PathBuf;
use utoipa::ToSchema;

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// What it is known by.
    pub id: String,
    /// What kind of work: `publish`.
    pub kind: String,
    /// How it stands.
    pub state: JobState,
    /// What is being done: `waiting`, `reading`, `compiling`, `packaging`, …
    pub stage: String,
    /// What was asked for.
    pub request: Value,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Why nothing came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What kind of error it is, as problems are called: `model-refused`, `version-exists`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// How often it was begun.
    pub attempts: u32,
    /// When it was asked for.
    pub created: String,
    /// Who asked.
    pub by: String,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<String>,
}

/// Why nothing came of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind of error it is, as problems are called.
    pub problem: String,
    /// What is wrong, in a sentence.
    pub error: String,
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It waits for its turn.
    Queued,
    /// It is being done.
    Running,
    /// It is done.
    Succeeded,
    /// It came to nothing.
    Failed,
    /// Somebody called it off.
    Cancelled,
}

impl JobState {
    /// Whether it has ended.
    pub fn finished(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

const COLUMNS: &str =
    "id, kind, state, stage, request, result, error, attempts, created, created_by, finished, problem";
/// A job that was begun so often, and never came to an end, is what ends the process.
const MOST_ATTEMPTS: u32 = 3;

impl Registry {
    /// The folder for a job's files.
    pub fn job_folder(&self, id: &str) -> PathBuf {
        self.folder().join("jobs").join(id)
    }

    /// Takes a job on.
    ///
    /// # Errors
    /// If it cannot be written down.
    pub fn create_job(&self, intent: &Intent, id: &str, kind: &str, request: &Value) -> Result<Job> {
        self.database().write(intent, &format!("{kind}-job"), "", request, |transaction| {
            let insert = "INSERT INTO job (id, kind, state, stage, request, attempts, created, created_by) \
                          VALUES (?1, ?2, 'queued', 'waiting', ?3, 0, ?4, ?5)";
            transaction.execute(insert, params![id, kind, request.to_string(), now(), intent.by])?;
            job(transaction, id)
        })
    }

    /// A job.
    ///
    /// # Errors
    /// If there is none of this id.
    pub fn job(&self, id: &str) -> Result<Job> {
        job(&self.database().reading(), id)
    }

    /// All jobs, newest first, those before the one with the id `before`. Ids sort as their times do.
    ///
    /// # Errors
    /// If the database fails.
    pub fn jobs(&self, before: Option<&str>, limit: usize) -> Result<Vec<Job>> {
        let connection = self.database().reading();
        let query = format!("SELECT {COLUMNS} FROM job WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2");
        let mut statement = connection.prepare_cached(&query)?;
        let rows = statement.query_map(params![before, limit as i64], |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
    }

    /// The right to go on with what earlier processes left undone: one process at a time has it, as long as it keeps the
    /// file open.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn lock_jobs(&self) -> Result<Option<File>> {
        let folder = self.folder().join("jobs");
        self.make_folder(&folder)?;
        let path = folder.join("lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(Error::file(&path))?;
        Ok(file.try_lock().is_ok().then_some(file))
    }

    /// What an earlier process left undone, oldest first; queued again, or given up where it was begun too often.
    ///
    /// # Errors
    /// If the database fails.
    pub fn resume_jobs(&self) -> Result<Vec<Job>> {
        self.database().note(|transaction| {
            let give_up = "UPDATE job SET state = 'failed', finished = ?1, error = 'it was begun ' || attempts || \
                           ' times, and the server ended each time' WHERE state = 'running' AND attempts >= ?2";
            transaction.execute(give_up, params![now(), MOST_ATTEMPTS])?;
            transaction.execute("UPDATE job SET state = 'queued', stage = 'waiting' WHERE state = 'running'", [])?;
            let query = format!("SELECT {COLUMNS} FROM job WHERE state = 'queued' ORDER BY id");
            let mut statement = transaction.prepare(&query)?;
            let rows = statement.query_map([], |row| Ok(read(row)))?;
            rows.map(|row| row?).collect()
        })
    }

    /// Notes that a job is begun; false if somebody has called it off.
    ///
    /// # Errors
    /// If the database fails.
    pub fn begin_job(&self, id: &str) -> Result<bool> {
        self.database().note(|transaction| {
            let begin = "UPDATE job SET state = 'running', attempts = attempts + 1 WHERE id = ?1 AND state = 'queued'";
            Ok(transaction.execute(begin, [id])? == 1)
        })
    }

    /// Notes what a request has come to, for whoever does the job again.
    ///
    /// # Errors
    /// If the database fails.
    pub fn settle_job(&self, id: &str, request: &Value) -> Result<()> {
        self.database().note(|transaction| {
            transaction.execute("UPDATE job SET request = ?2 WHERE id = ?1", params![id, request.to_string()])?;
            Ok(())
        })
    }

    /// Notes what is being done.
    ///
    /// # Errors
    /// If the database fails.
    pub fn job_stage(&self, id: &str, stage: &str) -> Result<()> {
        self.database().note(|transaction| {
            transaction.execute("UPDATE job SET stage = ?2 WHERE id = ?1 AND state = 'running'", params![id, stage])?;
            Ok(())
        })
    }

    /// Notes what came of a job. One that was called off stays so.
    ///
    /// # Errors
    /// If the database fails.
    pub fn finish_job(&self, id: &str, outcome: &Result<Value, Failure>) -> Result<Job> {
        let (state, result, failure) = match outcome {
            Ok(result) => (JobState::Succeeded, Some(result.to_string()), None),
            Err(failure) => (JobState::Failed, None, Some(failure)),
        };
        let (error, problem) = (failure.map(|failure| &failure.error), failure.map(|failure| &failure.problem));
        self.database().note(|transaction| {
            let finish = "UPDATE job SET state = ?2, result = ?3, error = ?4, problem = ?5, finished = ?6, \
                          stage = 'finished' WHERE id = ?1 AND state IN ('queued', 'running')";
            transaction.execute(finish, params![id, state.name(), result, error, problem, now()])?;
            job(transaction, id)
        })
    }

    /// Calls a job off.
    ///
    /// # Errors
    /// If it has ended already.
    pub fn cancel_job(&self, intent: &Intent, id: &str) -> Result<Job> {
        self.database().write(intent, "cancel-job", id, &(), |transaction| {
            let found = job(transaction, id)?;
            if found.state.finished() {
                return Err(Error::JobFinished { id: id.into(), state: found.state.name().into() });
            }
            let cancel = "UPDATE job SET state = 'cancelled', finished = ?2, stage = 'finished' WHERE id = ?1";
            transaction.execute(cancel, params![id, now()])?;
            job(transaction, id)
        })
    }
}

fn job(connection: &Connection, id: &str) -> Result<Job> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM job WHERE id = ?1"))?;
    let found = statement.query_row([id], |row| Ok(read(row))).optional()?;
    found.ok_or_else(|| Error::NoSuchJob(id.into()))?
}

/// A row of [`COLUMNS`].
fn read(row: &Row) -> Result<Job> {
    let json = |text: String| serde_json::from_str::<Value>(&text);
    let state: String = row.get(2)?;
    Ok(Job {
        id: row.get(0)?,
        kind: row.get(1)?,
        state: serde_json::from_value(Value::String(state))?,
        stage: row.get(3)?,
        request: json(row.get(4)?)?,
        result: row.get::<_, Option<String>>(5)?.map(json).transpose()?,
        error: row.get(6)?,
        attempts: row.get(7)?,
        created: row.get(8)?,
        by: row.get(9)?,
        finished: row.get(10)?,
        problem: row.get(11)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry_with_job() -> Registry {
        let registry = Registry::temporary().unwrap();
        registry.create_job(&Intent::local(), "1", "publish", &Value::Null).unwrap();
        registry
    }

    #[test]
    fn a_job_that_a_process_left_is_begun_again_but_not_for_ever() {
        let registry = registry_with_job();
        for attempt in 1..=3 {
            assert!(registry.begin_job("1").unwrap());
            let left = registry.resume_jobs().unwrap();
            assert_eq!(left.len(), usize::from(attempt < 3), "after attempt {attempt}");
        }
        assert_eq!(registry.job("1").unwrap().state, JobState::Failed);
    }

    #[test]
    fn a_job_that_was_called_off_is_not_begun_and_stays_so() {
        let registry = registry_with_job();
        registry.cancel_job(&Intent::local(), "1").unwrap();
        assert!(!registry.begin_job("1").unwrap());
        assert_eq!(registry.finish_job("1", &Ok(Value::Null)).unwrap().state, JobState::Cancelled);
        assert!(matches!(registry.cancel_job(&Intent::local(), "1"), Err(Error::JobFinished { .. })));
    }
}
