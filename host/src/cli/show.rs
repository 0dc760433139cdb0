//! `maasm show`

use super::list::standing;
use super::named::Named;
use super::phrases::{age, size, traffic};
use super::place::{At, Place};
use super::table::aligned;
use anyhow::Result;
use maasm_registry::{Alias, Deployment, Port, Record};
use maasm_server::{DeploymentDetails, ModelDetails};
use std::time::SystemTime;

/// Show a model, or one of its versions.
///
/// Of a model: its versions, aliases, and what is and was deployed. Of a version: what it says of itself, and where it
/// came from.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm show my-cnn
  maasm show my-cnn@1.0.0
  maasm show my-cnn@live --json
  maasm show my-cnn --revisions --json")]
pub struct Arguments {
    /// The model, or a version of it: 1.2.0, ^1, latest, live or an alias
    #[arg(value_name = "NAME[@VERSION]")]
    model: Named,
    /// Show only the deployment and its revisions
    #[arg(long)]
    revisions: bool,
    #[command(flatten)]
    at: At,
}

/// How many revisions are told of a model, unless they are asked for.
const SHOWN: usize = 5;

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let (at, place) = (&arguments.at, arguments.at.place()?);
    let Named { name, version } = &arguments.model;
    if arguments.revisions {
        let document = place.get(&["deployments", name], &[])?;
        return at.tell(&document, |details: DeploymentDetails| Ok(lines(revisions(&details, usize::MAX))));
    }
    match version {
        None => at.tell(&place.get(&["models", name], &[])?, |details: ModelDetails| model(&place, &details)),
        Some(version) => {
            let document = place.get(&["models", name, "versions", &version.to_string()], &[])?;
            at.tell(&document, |record: Record| Ok(lines(facts(&record))))
        }
    }
}

fn lines(rows: Vec<[String; 2]>) -> String {
    aligned(rows, [false, false]).join("\n") + "\n"
}

fn row(heading: &str, content: impl ToString) -> [String; 2] {
    [heading.into(), content.to_string()]
}

/// Rows under one heading.
fn block(heading: &str, contents: impl IntoIterator<Item = String>) -> impl Iterator<Item = [String; 2]> {
    contents.into_iter().enumerate().map(move |(index, content)| row(if index == 0 { heading } else { "" }, content))
}

fn model(place: &Place, details: &ModelDetails) -> Result<String> {
    let mut rows = vec![row("model", &details.name)];
    let versions = details.versions.iter().map(|record| versions_row(record, details.deployment.as_ref())).collect();
    rows.extend(block("versions", aligned(versions, [false, true, true, false])));
    let alias = |Alias { alias, version, .. }: &Alias| format!("{alias} = {version}");
    rows.extend(block("aliases", details.aliases.iter().map(alias)));
    if details.deployment.is_some() {
        let deployment = place.get(&["deployments", &details.name], &[])?.read()?;
        rows.extend(revisions(&deployment, SHOWN));
    }
    Ok(lines(rows))
}

fn versions_row(record: &Record, deployment: Option<&Deployment>) -> [String; 4] {
    let age = age(&record.created, SystemTime::now());
    [record.facts.version.to_string(), standing(record, deployment), size(record.size), age]
}

fn revisions(details: &DeploymentDetails, most: usize) -> Vec<[String; 2]> {
    let mut rows =
        vec![row("live", format!("{} (revision {})", traffic(&details.live.traffic), details.live.revision))];
    if let Some(agreement) = &details.agreement {
        let (agreed, differed) = (agreement.agreed, agreement.differed);
        let text =
            format!("agreed {agreed}, differed {differed}, failed {}, skipped {}", agreement.failed, agreement.skipped);
        rows.push(row("shadow", text));
    }
    let now = SystemTime::now();
    let revision = |deployment: &Deployment| {
        let Deployment { revision, reason, created, by, .. } = deployment;
        [revision.to_string(), traffic(&deployment.traffic), format!("{reason}, {} by {by}", age(created, now))]
    };
    let table = aligned(details.revisions.iter().take(most).map(revision).collect(), [true, false, false]);
    rows.extend(block("revisions", table));
    rows
}

fn facts(record: &Record) -> Vec<[String; 2]> {
    let facts = &record.facts;
    let mut rows = vec![row("model", &facts.name), row("version", &facts.version)];
    let told = |heading: &str, text: &str| (!text.is_empty()).then(|| row(heading, text));
    rows.extend(told("description", &facts.description));
    rows.extend(told("licence", &facts.license));
    rows.extend(told("source", &facts.source));
    let port = |port: &Port| format!("{} {} {:?}", port.name, port.r#type, port.shape);
    rows.extend(block("inputs", facts.inputs.iter().map(port)));
    rows.extend(block("outputs", facts.outputs.iter().map(port)));
    rows.extend(told("accepts", &facts.accepts.join(", ")));
    rows.push(row("classes", facts.labels));
    rows.extend(facts.scores.map(|scores| row("scores", scores.explained())));
    rows.push(row("parameters", facts.parameters));
    rows.push(row("work", format!("{} multiply-accumulates", facts.multiply_accumulates)));
    rows.push(row("size", size(record.size)));
    rows.push(row("component", record.component));
    rows.push(row("made from", &facts.source_digest));
    rows.push(row("made by", &record.provenance.how));
    rows.extend(record.provenance.parent.iter().map(|parent| row("parent", parent)));
    let published =
        format!("{} ({}) by {}", record.created, age(&record.created, SystemTime::now()), record.provenance.by);
    rows.push(row("published", published));
    rows.extend(record.quarantined.iter().map(|why| row("quarantined", why)));
    rows
}
