//! `maasm audit`

use super::page::Page;
use super::phrases::more;
use super::place::At;
use super::table::aligned;
use anyhow::Result;
use maasm_registry::Entry;
use maasm_server::Audit;

/// Show every change, newest first: who wanted it, and when.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    page: Page,
    #[command(flatten)]
    at: At,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let document = arguments.at.place()?.get(&["audit"], &arguments.page.parameters())?;
    arguments.at.tell(&document, |audit: Audit| {
        let row = |entry: Entry| [entry.sequence.to_string(), entry.at, entry.by, entry.action, entry.subject];
        let lines = aligned(audit.entries.into_iter().map(row).collect(), [true, false, false, false, false]);
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        Ok(lines + &more("audit", audit.next))
    })
}
