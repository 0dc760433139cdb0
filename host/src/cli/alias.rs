//! `maasm alias`

use super::place::At;
use super::split::name;
use super::table::aligned;
use anyhow::Result;
use clap::Subcommand;
use maasm_registry::{Alias, Reference};
use maasm_server::{AliasRequest, ModelDetails};
use reqwest::Method;

/// Names that stand for versions, such as `stable`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm alias set my-cnn@1.1.0 stable
  maasm alias list my-cnn
  maasm alias remove my-cnn stable")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    at: At,
}

#[derive(Subcommand)]
enum Action {
    /// Let an alias stand for a version; the one that is live, if none is named
    Set {
        /// The model, and the version: 1.2.0, ^1, latest, live or another alias
        #[arg(value_name = "NAME[@VERSION]")]
        model: Reference,
        /// The alias
        alias: String,
    },
    /// Remove an alias
    Remove {
        /// The model
        #[arg(value_name = "NAME", value_parser = name)]
        model: String,
        /// The alias
        alias: String,
    },
    /// List a model's aliases
    List {
        /// The model
        #[arg(value_name = "NAME", value_parser = name)]
        model: String,
    },
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let (at, place) = (&arguments.at, arguments.at.place()?);
    match arguments.action {
        Action::Set { model: Reference { name, selector }, alias } => {
            let request = AliasRequest { version: selector.to_string() };
            let document = place.send(Method::PUT, &["models", &name, "aliases", &alias], &request)?;
            at.tell(&document, |alias: Alias| Ok(format!("{}@{} is {} now\n", alias.model, alias.alias, alias.version)))
        }
        Action::Remove { model, alias } => {
            let document = place.delete(&["models", &model, "aliases", &alias])?;
            at.tell(&document, |alias: Alias| Ok(format!("{}@{} is removed\n", alias.model, alias.alias)))
        }
        Action::List { model } => at.tell(&place.get(&["models", &model], &[])?, |details: ModelDetails| {
            if details.aliases.is_empty() {
                return Ok(format!("{model} has no aliases\n"));
            }
            let row = |alias: Alias| [alias.alias, alias.version.to_string(), alias.changed];
            Ok(aligned(details.aliases.into_iter().map(row).collect(), [false; 3]).join("\n") + "\n")
        }),
    }
}
