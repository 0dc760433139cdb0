//! The host computing through wasi-nn, beside the same engine called directly.

use super::compete::{Alike, compete};
use super::{Tools, setting};
use crate::measure::{Contender, Network, Results};
use crate::{process, workspace};
use anyhow::{Context, Result};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The networks, and how many answers make a round.
const NETWORKS: [(&str, &str, u32); 2] =
    [("EfficientNet-Lite0", "efficientnet-lite0", 15), ("ResNet-50", "resnet-50", 3)];
const BACKENDS: [&str; 2] = ["onnxruntime", "native"];

/// Measures it and writes `benches/WASI_NN.md`.
pub fn run() -> Result<()> {
    let tools = super::prepare()?;
    let library = library(&tools.python)?;
    let mut results = Results { setting: setting()?, networks: Vec::new() };
    let mut memory = String::new();
    for (name, file, times) in NETWORKS {
        let onnx = tools.folder.join(format!("{file}.onnx"));
        results.networks.push(answers(&tools, &library, name, &onnx, times)?);
        for backend in BACKENDS {
            let figures = process::step(&format!("looking at memory with {backend}"), || {
                let mut command = with_library(&tools, &format!("nn-memory-{backend}"), &onnx, &library);
                Ok(serde_json::from_str::<Value>(&process::capture(&mut command)?)?)
            })?;
            writeln!(memory, "{}", row(name, backend, &figures)?)?;
        }
    }
    let text = text(&results, &memory);
    fs::write(workspace::root().join("benches/WASI_NN.md"), &text)?;
    println!("{text}");
    Ok(())
}

/// onnxruntime called directly first: the others are compared with it.
fn answers(tools: &Tools, library: &Path, name: &str, onnx: &Path, times: u32) -> Result<Network> {
    let mut contenders = vec![tools.ort_native("onnxruntime called directly", onnx)];
    for backend in BACKENDS {
        let command = with_library(tools, &format!("nn-{backend}"), onnx, library);
        contenders.push(Contender { name: format!("maasm through wasi-nn, {backend}"), command });
    }
    contenders.push(tools.ours("maasm, native, called directly", "native", onnx));
    contenders.push(tools.ours("maasm, in the sandbox", "component", &super::package(tools, onnx, &[])?));
    compete(name, contenders, times, Alike::Same)
}

fn with_library(tools: &Tools, way: &str, onnx: &Path, library: &Path) -> Command {
    let mut command = Command::new(&tools.engines);
    command.args([Path::new(way), onnx, &tools.input()]).env("ORT_DYLIB_PATH", library);
    command
}

/// The folder of the library that Python's package brings.
fn library(python: &Path) -> Result<PathBuf> {
    let question = "import importlib.util as u; print(u.find_spec('onnxruntime').submodule_search_locations[0])";
    let folder = process::capture(Command::new(python).args(["-c", question]))?;
    Ok(Path::new(folder.trim()).join("capi"))
}

/// A row of the table of memory, in MiB.
fn row(network: &str, backend: &str, figures: &Value) -> Result<String> {
    let mebibytes = |name: &str| -> Result<u64> {
        Ok(figures[name].as_u64().with_context(|| format!("there is no figure {name:?}"))? >> 20)
    };
    let [weights, before, one, many] =
        [mebibytes("weights")?, mebibytes("before")?, mebibytes("one")?, mebibytes("many")?];
    Ok(format!("| {network} | {backend} | {weights} | {before} | {one} | {many} |"))
}

fn text(results: &Results, memory: &str) -> String {
    let table = results.markdown();
    let (_, table) = table.split_once("\n\n").unwrap_or_default();
    format!(
        "# Results of `cargo xtask bench nn`\n\n{table}\n## Memory\n\nMiB that lie in memory: of the ONNX file; before \
         anything is loaded; when one request has been answered; with 64 requests in flight, each with an instance, a \
         context and what it computes in.\n\n| | backend | file | before | one | 64 |\n|---|---|---:|---:|---:|---:|\n{memory}"
    )
}
