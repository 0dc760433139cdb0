//! `cargo xtask serve`

use super::build;
use crate::workspace::Profile;
use crate::{process, samples, workspace};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Serves EfficientNet-Lite0, made from its structure and its parameters. Arguments go on to `maasm serve`.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let maasm = build::build(Profile::Quick)?;
    let (component, cat) = package(&maasm, "relaxed")?;
    eprintln!("▸ serving; in another terminal:\n");
    eprintln!("    curl --data-binary @{} http://127.0.0.1:3000/api/v1/recognize\n", cat.display());
    process::replace_by(Command::new(&maasm).arg("serve").arg(&component).args(arguments))
}

/// EfficientNet-Lite0 as a component with these vector instructions, and a photograph of a cat.
pub(super) fn package(maasm: &Path, simd: &str) -> Result<(PathBuf, PathBuf)> {
    let (parameters, cat) = samples::fetch()?;
    let file = if simd == "relaxed" { "efficientnet-lite0.wasm" } else { "efficientnet-lite0-plain.wasm" };
    let component = samples::folder().join(file);
    let structure = workspace::root().join("models/efficientnet-lite0.json");
    if !newer(&component, &[maasm, &structure, &parameters]) {
        process::step("packaging EfficientNet-Lite0", || {
            let mut package = Command::new(maasm);
            package.current_dir(workspace::root()).args(["package", "--structure"]).arg(structure);
            package.arg("--params").arg(&parameters);
            package.args(["--name", "efficientnet-lite0", "--version", "1.0.0", "--license", "Apache-2.0"]);
            package.args(["--labels", "models/imagenet-labels.txt", "--preprocess", "efficientnet-lite"]);
            process::run(package.args(["--simd", simd, "-o"]).arg(&component))
        })?;
    }
    Ok((component, cat))
}

/// Whether `made` is there and newer than everything it is made of.
fn newer(made: &Path, parts: &[&Path]) -> bool {
    let time = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    let made = time(made);
    made.is_some() && parts.iter().all(|part| time(part) < made)
}
