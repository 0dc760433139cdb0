//! `maasm split`

use super::deploy::{self, How};
use super::place::At;
use anyhow::Result;
use maasm_registry::{Share, check_name};
use maasm_server::DeployRequest;

/// Share a model's requests among versions.
///
/// Each version is loaded first; nothing changes if one cannot be.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm split my-cnn 1.0.0=95 1.1.0=5
  maasm split my-cnn 1.0.0=50 1.1.0=50 --sticky x-user-id")]
pub struct Arguments {
    /// The model
    #[arg(value_name = "NAME", value_parser = name)]
    model: String,
    /// How many requests in a hundred each version answers; together a hundred
    #[arg(value_name = "VERSION=WEIGHT", required = true, value_parser = share)]
    shares: Vec<Share>,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    at: At,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let Arguments { model, shares, how, at } = arguments;
    deploy::ask(&at, DeployRequest { model: Some(model), versions: Some(shares), ..DeployRequest::default() }, how)
}

/// A model's name.
pub(super) fn name(text: &str) -> Result<String, String> {
    check_name(text).map(String::from).map_err(|error| error.to_string())
}

fn share(text: &str) -> Result<Share, String> {
    let (version, weight) = text.split_once('=').ok_or("write it as 1.0.0=95")?;
    let version = version.parse().map_err(|error| format!("{version:?} is not a semantic version ({error})"))?;
    let weight = weight.parse().map_err(|_| format!("{weight:?} is not a whole number up to 100"))?;
    Ok(Share { version, weight })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_version_and_a_weight() {
        assert_eq!(share("1.0.0=95"), Ok(Share { version: semver::Version::new(1, 0, 0), weight: 95 }));
        for wrong in ["1.0.0", "1.0.0=", "1.0=5", "1.0.0=-1", "1.0.0=300", "1.0.0=half", "=5"] {
            assert!(share(wrong).is_err(), "{wrong} was accepted");
        }
    }
}
