//! `maasm jobs`

use super::page::Page;
use super::phrases::more;
use super::place::At;
use super::table::aligned;
use anyhow::Result;
use clap::Subcommand;
use maasm_registry::{Job, JobState};
use maasm_server::Jobs;

/// What servers are working on, and what came of it.
///
/// Without a subcommand: lists the jobs, newest first.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    page: Page,
    #[command(flatten)]
    at: At,
}

#[derive(Subcommand)]
enum Action {
    /// List the jobs, newest first
    List(Page),
    /// Show a job
    Show {
        /// Its id
        id: String,
    },
    /// Call a job off
    Cancel {
        /// Its id
        id: String,
    },
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let (at, place) = (&arguments.at, arguments.at.place()?);
    match arguments.action.unwrap_or(Action::List(arguments.page)) {
        Action::List(page) => at.tell(&place.get(&["jobs"], &page.parameters())?, |Jobs { jobs, next }| {
            if jobs.is_empty() {
                return Ok("there are no jobs\n".into());
            }
            let lines: String = aligned(jobs.iter().map(row).collect(), [false; 4]).join("\n");
            Ok(lines + "\n" + &more("jobs", next))
        }),
        Action::Show { id } => at.tell(&place.get(&["jobs", &id], &[])?, |job| Ok(text(&job))),
        Action::Cancel { id } => at.tell(&place.delete(&["jobs", &id])?, |job| Ok(text(&job))),
    }
}

fn row(job: &Job) -> [String; 4] {
    [job.id.clone(), job.created.clone(), job.kind.clone(), standing(job)]
}

fn standing(job: &Job) -> String {
    match (job.state, &job.error) {
        (JobState::Queued, _) => "waiting".into(),
        (JobState::Running, _) => job.stage.clone(),
        (JobState::Succeeded, _) => match &job.result {
            Some(result) => format!("succeeded: {}", version(result)),
            None => "succeeded".into(),
        },
        (JobState::Failed, Some(error)) => format!("failed: {error}"),
        (JobState::Failed, None) => "failed".into(),
        (JobState::Cancelled, _) => "cancelled".into(),
    }
}

/// The version that a job has made.
fn version(result: &serde_json::Value) -> String {
    let part = |name: &str| result["version"][name].as_str().unwrap_or_default().to_owned();
    format!("{} {}", part("name"), part("version"))
}

fn text(job: &Job) -> String {
    let row = |heading: &str, content: &str| [heading.to_owned(), content.to_owned()];
    let mut rows = vec![row("job", &job.id), row("kind", &job.kind), row("state", &standing(job))];
    rows.push(row("asked", &format!("{} by {}", job.created, job.by)));
    rows.push(row("for", &job.request.to_string()));
    rows.extend(job.finished.iter().map(|finished| row("ended", finished)));
    aligned(rows, [false; 2]).join("\n") + "\n"
}
