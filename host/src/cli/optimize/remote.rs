//! At a server.

use super::Arguments;
use crate::cli::evaluate::{packed, whole};
use crate::cli::place::{Document, Remote, address, job};
use anyhow::{Result, bail};
use maasm_app::Optimized;
use maasm_evaluation::Report;
use maasm_evaluation::data::{Dataset, Limits};
use maasm_registry::DataSet;
use maasm_server::OptimizeRequest;
use reqwest::Method;
use std::path::Path;

/// Sends the data, if it is on this machine, and waits for the new version.
pub async fn optimize(arguments: &Arguments, remote: &Remote) -> Result<(Optimized, Option<Report>)> {
    if arguments.model.is_some() {
        bail!(
            "a server keeps the ONNX file of what it compiled itself; publish that file, and optimise what comes of it"
        );
    }
    let request = OptimizeRequest {
        version: arguments.version.to_string(),
        recipe: arguments.recipe.clone(),
        search: arguments.auto.then_some(arguments.bounds),
        number: arguments.number.as_ref().map(ToString::to_string),
        calibrate: data(remote, arguments.calibrate.as_deref()).await?,
        evaluate: data(remote, arguments.evaluate.as_deref()).await?,
        resamples: Some(arguments.effort.resamples),
        seed: Some(arguments.effort.seed),
    };
    let optimized: Optimized = job::ask(remote, "optimize", &request).await?;
    let Some(evaluation) = &optimized.evaluation else { return Ok((optimized, None)) };
    let report = whole(remote, evaluation).await?;
    Ok((optimized, Some(report)))
}

/// The name of a data set at the server: data on this machine is added under a name that its digest is part of, unless it
/// is there already.
pub async fn data(remote: &Remote, path: Option<&Path>) -> Result<Option<String>> {
    let Some(path) = path else { return Ok(None) };
    if !path.exists() {
        return Ok(path.to_str().map(str::to_owned));
    }
    let digest = Dataset::open(path, &Limits::default())?.pack(std::io::sink())?;
    let name = format!("upload-{}", &digest.trim_start_matches("sha256:")[..16]);
    let address = address(remote.server(), &["data", &name], &[]);
    let set: DataSet = Document::from(remote.send_file(Method::PUT, address, packed(path)?).await?).read()?;
    Ok(Some(set.name))
}
