//! `maasm gc`

use super::phrases::size;
use super::place::At;
use anyhow::Result;
use maasm_registry::{Collected, Retention};
use reqwest::Method;
use std::time::Duration;

/// Remove what nothing needs any more: files of deleted versions, leftovers, and old versions if asked.
///
/// What is deployed, what a rollback would restore, and what has an alias, always stays.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm gc
  maasm gc --keep 3 --younger-than 30d --dry-run")]
pub struct Arguments {
    /// Deletes old versions, too: all but so many of each model's highest
    #[arg(long, value_name = "N")]
    keep: Option<u64>,
    /// Keeps also what was published in this time
    #[arg(long, value_name = "TIME", requires = "keep", value_parser = humantime::parse_duration)]
    younger_than: Option<Duration>,
    /// Only says what would go
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    at: At,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let Arguments { keep, younger_than, dry_run, at } = arguments;
    let retention = Retention { keep, younger_than: younger_than.map(|time| time.as_secs()), dry_run };
    at.tell(&at.place()?.send(Method::POST, &["gc"], &retention)?, |collected| Ok(text(&collected, dry_run)))
}

fn text(collected: &Collected, dry_run: bool) -> String {
    let Collected { versions, blobs, leftovers, bytes } = collected;
    let verb = if dry_run { "would remove" } else { "removed" };
    let versions: String = versions.iter().map(|version| format!("{verb} {version}\n")).collect();
    versions + &format!("{verb} {blobs} blobs and {leftovers} leftovers, {} together\n", size(*bytes))
}
