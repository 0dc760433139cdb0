//! `maasm deploy`

use super::execution::ExecutionOptions;
use super::named::Named;
use super::phrases::traffic;
use super::place::At;
use anyhow::Result;
use maasm_evaluation::gate::Gate;
use maasm_registry::Deployment;
use maasm_server::DeployRequest;
use reqwest::Method;
use semver::Version;
use std::str::FromStr;

/// Let a version of a model answer.
///
/// It is loaded first; one that cannot be loaded is not deployed. Without a version: the highest release.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm deploy my-cnn
  maasm deploy my-cnn@1.1.0 --shadow 1.2.0-rc.1
  maasm deploy my-cnn@stable --expected-revision 4
  maasm deploy my-cnn --execution nn --nn-backend onnxruntime --nn-threads 2
  maasm deploy my-cnn@1.1.0 --if \"top1 >= 0.74 and top1_drop <= 0.005 and p95_ms <= 40\"")]
pub struct Arguments {
    /// The model, and the version: 1.2.0, ^1, latest or an alias
    #[arg(value_name = "NAME[@VERSION]")]
    model: Named,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    at: At,
}

/// How requests are shared, beside the versions.
#[derive(clap::Args)]
pub struct How {
    /// A header, such as x-user-id: requests with the same value are answered by the same version
    #[arg(long, value_name = "HEADER")]
    sticky: Option<String>,
    /// A version that is asked the same, and whose answers are only compared
    #[arg(long, value_name = "VERSION")]
    shadow: Option<Version>,
    #[command(flatten)]
    execution: ExecutionOptions,
    /// Deploys only if this revision is live now; 0: if nothing is
    #[arg(long, value_name = "N")]
    expected_revision: Option<u64>,
    /// Deploys only if this holds of the version's newest report; names that end in _drop compare with what is live
    #[arg(long = "if", value_name = "CONDITION", value_parser = Gate::from_str)]
    condition: Option<Gate>,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let Named { name, version } = arguments.model;
    let version = version.map(|version| version.to_string());
    ask(&arguments.at, DeployRequest { model: Some(name), version, ..DeployRequest::default() }, arguments.how)
}

/// Deploys, and tells what is live now.
pub(super) fn ask(at: &At, what: DeployRequest, how: How) -> Result<()> {
    let How { sticky, shadow, execution, expected_revision, condition } = how;
    let execution = execution.wanted();
    let condition = condition.map(|gate| gate.to_string());
    let request = DeployRequest { sticky, shadow, execution, expected_revision, condition, ..what };
    at.tell(&at.place()?.send(Method::POST, &["deploy"], &request)?, |live| Ok(text(&live)))
}

/// What is live.
pub(super) fn text(live: &Deployment) -> String {
    format!("{} is at revision {}: {}\n", live.model, live.revision, traffic(&live.traffic))
}
