//! `maasm list`

use super::page::Page;
use super::phrases::{age, more, size};
use super::place::At;
use super::table::aligned;
use anyhow::Result;
use maasm_registry::{Deployment, Record};
use maasm_server::{Deployments, Models};
use std::time::SystemTime;

/// List the models, their versions, and which of them answer.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm list
  maasm list --server https://models.example.org --json")]
pub struct Arguments {
    #[command(flatten)]
    page: Page,
    #[command(flatten)]
    at: At,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let place = arguments.at.place()?;
    let parameters = arguments.page.parameters();
    let models = place.get(&["models"], &parameters)?;
    arguments.at.tell(&models, |models: Models| {
        if models.models.is_empty() {
            return Ok("there are no models; `maasm publish` adds one\n".into());
        }
        // Of as many models, those that are deployed.
        let deployments: Deployments = place.get(&["deployments"], &parameters)?.read()?;
        Ok(table(&models.models, &deployments.deployments) + &more("list", models.next))
    })
}

fn table(versions: &[Record], deployments: &[Deployment]) -> String {
    let now = SystemTime::now();
    let mut rows = vec![["model", "version", "live", "size", "published"].map(String::from)];
    let mut last = "";
    for record in versions {
        let name = &record.facts.name;
        let deployment = deployments.iter().find(|deployment| deployment.model == *name);
        let shown = if name == last { String::new() } else { name.clone() };
        let version = record.facts.version.to_string();
        rows.push([shown, version, standing(record, deployment), size(record.size), age(&record.created, now)]);
        last = name;
    }
    aligned(rows, [false, false, true, true, false]).join("\n") + "\n"
}

/// A version's part in its model's traffic, in a word.
pub(super) fn standing(record: &Record, deployment: Option<&Deployment>) -> String {
    let version = &record.facts.version;
    let traffic = deployment.map(|deployment| &deployment.traffic);
    let share = traffic.and_then(|traffic| traffic.versions.iter().find(|share| share.version == *version));
    match (share, traffic.and_then(|traffic| traffic.shadow.as_ref())) {
        _ if record.quarantined.is_some() => "quarantined".into(),
        (Some(share), _) => format!("{} %", share.weight),
        (None, Some(shadow)) if shadow == version => "shadow".into(),
        _ => String::new(),
    }
}
