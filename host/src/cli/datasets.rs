//! `maasm data`

use super::evaluate;
use super::page::Page;
use super::phrases::{age, more, size};
use super::place::{At, Document, Side, address};
use super::table::aligned;
use anyhow::Result;
use clap::Subcommand;
use maasm_evaluation::data::{Dataset, Limits};
use maasm_registry::{DataSet, Intent};
use maasm_server::DataSets;
use reqwest::Method;
use std::path::PathBuf;
use std::time::SystemTime;

/// Labelled data, kept as it was when it was added.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm data add photos photos/
  maasm data add street-2026 street.tar.gz --server https://models.example.org
  maasm data list
  maasm data remove photos")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    at: At,
}

#[derive(Subcommand)]
enum Action {
    /// Add a data set; it is copied, and never changes
    Add {
        /// What to call it
        name: String,
        /// A folder for each class, a table (manifest.csv, manifest.jsonl), or a tar or zip archive of either
        path: PathBuf,
    },
    /// List the data sets
    List {
        #[command(flatten)]
        page: Page,
    },
    /// Remove a data set; reports about it stay
    Remove {
        /// What it is called
        name: String,
    },
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let (at, place) = (&arguments.at, arguments.at.place()?);
    match arguments.action {
        Action::Add { name, path } => {
            let document: Document = match place.side() {
                Side::Local(local) => {
                    let service = local.service();
                    let data = Dataset::open(&path, &Limits::default())?;
                    let lock = service.lock()?;
                    let set = service.registry().add_data(&Intent::local(), &name, &data, &lock)?;
                    serde_json::to_string(&set)?.into()
                }
                Side::Remote(remote) => {
                    let body = evaluate::packed(&path)?;
                    let address = address(remote.server(), &["data", &name], &[]);
                    place.wait(remote.send_file(Method::PUT, address, body))?.into()
                }
            };
            at.tell(&document, |set: DataSet| {
                Ok(format!("{}: {} samples, {}\n  {}\n", set.name, set.samples, size(set.size), set.digest))
            })
        }
        Action::List { page } => at.tell(&place.get(&["data"], &page.parameters())?, |sets: DataSets| {
            if sets.data.is_empty() {
                return Ok("there is no data; `maasm data add` adds some\n".into());
            }
            let mut rows = vec![["data", "samples", "size", "added", "digest"].map(String::from)];
            let row = |set: DataSet| {
                [set.name, set.samples.to_string(), size(set.size), age(&set.created, SystemTime::now()), set.digest]
            };
            rows.extend(sets.data.into_iter().map(row));
            Ok(aligned(rows, [false, true, true, true, false]).join("\n") + "\n" + &more("data list", sets.next))
        }),
        Action::Remove { name } => {
            at.tell(&place.delete(&["data", &name])?, |set: DataSet| Ok(format!("{} is removed\n", set.name)))
        }
    }
}
