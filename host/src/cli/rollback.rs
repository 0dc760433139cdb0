//! `maasm rollback`

use super::deploy::text;
use super::place::At;
use super::split::name;
use anyhow::Result;
use maasm_server::RollbackRequest;
use reqwest::Method;

/// Go back to what was deployed before.
///
/// Going back once more goes back further.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm rollback my-cnn
  maasm rollback my-cnn --to 3")]
pub struct Arguments {
    /// The model
    #[arg(value_name = "NAME", value_parser = name)]
    model: String,
    /// The revision to go back to, as `maasm show` tells them
    #[arg(long, value_name = "REVISION")]
    to: Option<u64>,
    #[command(flatten)]
    at: At,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let Arguments { model, to, at } = arguments;
    let request = RollbackRequest { model: Some(model), to };
    at.tell(&at.place()?.send(Method::POST, &["rollback"], &request)?, |live| Ok(text(&live)))
}
