//! `maasm fsck`

use super::phrases::size;
use super::place::At;
use anyhow::Result;
use maasm_registry::{Finding, Findings};
use maasm_server::CheckRequest;
use reqwest::Method;
use std::process::ExitCode;

/// Check all models against their digests, and the database.
///
/// Ends with 1 if something is wrong and not mended.
#[derive(clap::Args)]
pub struct Arguments {
    /// Mends what can be mended: a damaged version is put in quarantine, a sound one released
    #[arg(long)]
    repair: bool,
    #[command(flatten)]
    at: At,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<ExitCode> {
    let Arguments { repair, at } = arguments;
    let document = at.place()?.send(Method::POST, &["fsck"], &CheckRequest { repair })?;
    at.tell(&document, |findings| Ok(text(&findings)))?;
    let clean = document.read::<Findings>()?.clean();
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn text(found: &Findings) -> String {
    let line = |Finding { subject, what, mended }: &Finding| {
        let state = if *mended { "mended" } else { "wrong" };
        format!("{state}: {subject}: {what}\n")
    };
    let lines: String = found.findings.iter().map(line).collect();
    let wrong = found.findings.iter().filter(|finding| !finding.mended).count();
    let verdict = match wrong {
        0 => "all is sound".into(),
        1 => "one thing is wrong; `maasm fsck --repair` mends it if it can be mended".into(),
        wrong => format!("{wrong} things are wrong; `maasm fsck --repair` mends what can be mended"),
    };
    let plural = if found.versions == 1 { "" } else { "s" };
    lines + &format!("{} version{plural}, {}: {verdict}\n", found.versions, size(found.bytes))
}
