//! What comes of jobs.

use super::{Kind, Private, Problem};
use maasm_registry as registry;
use serde_json::Value;

/// A problem as what came of a job. What only those are told whose machine it is goes to the log, under the job's id.
pub fn failure(id: &str, problem: Problem, private: &Private) -> registry::Failure {
    let problem = private.withhold(problem);
    if problem.cause() != problem.detail() {
        tracing::error!(job = id, detail = problem.detail(), cause = problem.cause(), "a job came to nothing");
    }
    registry::Failure { problem: problem.kind().parts().0.into(), error: problem.detail().into() }
}

/// What came of a job, as a problem.
pub fn of_job(job: &registry::Job) -> Problem {
    let kind = job.problem.clone().and_then(|name| serde_json::from_value(Value::String(name)).ok());
    let detail = job.error.clone().unwrap_or_else(|| "the job was called off".into());
    Problem::new(kind.unwrap_or(Kind::ModelRefused), detail).with("job", job.id.clone())
}
