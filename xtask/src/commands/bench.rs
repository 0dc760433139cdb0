//! `cargo xtask bench`

mod compete;
mod int8;
mod nn;

use super::build;
use crate::measure::{Contender, Results};
use crate::workspace::Profile;
use crate::{machine, node, process, python, samples, workspace};
use anyhow::{Context, Result};
use compete::{Alike, compete};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The networks: what each is called, its file, and how many answers make a round.
const NETWORKS: [(&str, &str, u32); 3] = [
    ("EfficientNet-Lite0", "efficientnet-lite0", 15),
    ("MobileNetV2", "mobilenet-v2", 15),
    ("ResNet-50", "resnet-50", 3),
];
const ORT_WEB: &str = "onnxruntime-web@1.30.0";

/// Programs to measure with, and where their files lie.
struct Tools {
    maasm: PathBuf,
    engines: PathBuf,
    python: PathBuf,
    ort_web: Option<PathBuf>,
    folder: PathBuf,
}

/// Measures everything and writes `benches/RESULTS.md` and `benches/results.json`; or, with `nn`, what the host computes
/// through wasi-nn.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    if arguments == ["nn"] {
        return nn::run();
    }
    super::no_arguments(arguments)?;
    let tools = prepare()?;
    let mut results = Results { setting: setting()?, networks: Vec::new() };
    for (name, file, times) in NETWORKS {
        results.networks.push(compete(name, inference(&tools, file)?, times, Alike::Same)?);
        let contenders = int8::inference(&tools, file)?;
        results.networks.push(compete(&format!("{name} in int8"), contenders, times, Alike::Roughly)?);
    }
    let name = "EfficientNet-Lite0 recognising a photograph (PNG, 451 × 300)";
    let contenders = recognition(&tools)?;
    results.networks.push(compete(name, contenders, 15, Alike::Same)?);
    let text = results.markdown();
    let benches = workspace::root().join("benches");
    fs::write(benches.join("RESULTS.md"), &text)?;
    fs::write(benches.join("results.json"), serde_json::to_string_pretty(&results.json())? + "\n")?;
    println!("{text}");
    Ok(())
}

fn prepare() -> Result<Tools> {
    let python = python::with_packages("test")?;
    let maasm = build::build(Profile::Release)?;
    let folder = workspace::root().join("target/bench");
    if !folder.join("input.f32").exists() {
        process::step("making networks with random weights", || {
            let script = workspace::root().join("benches/models.py");
            process::run(Command::new(&python).arg(script).arg(&folder))
        })?;
    }
    let engines = process::step("compiling the engines to compare", engines)?;
    let ort_web = node::with(ORT_WEB)?;
    Ok(Tools { maasm, engines, python, ort_web, folder })
}

/// Compiles the engines that are Rust and tells where their program lies.
fn engines() -> Result<PathBuf> {
    let mut build = workspace::cargo();
    build.args(["bench", "--bench", "engines", "--no-run", "--message-format=json-render-diagnostics"]);
    build.args(workspace::PACKAGES);
    let messages = process::capture(&mut build)?;
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let paths = messages.filter(|message| message["target"]["name"] == "engines");
    paths
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back()
        .context("cargo built nothing")
}

/// All engines on one network, ours in WebAssembly first.
fn inference(tools: &Tools, file: &str) -> Result<Vec<Contender>> {
    let onnx = tools.folder.join(format!("{file}.onnx"));
    let component = package(tools, &onnx, &[])?;
    let mut contenders = vec![
        tools.ours("maasm, a component in wasmtime", "component", &component),
        tools.ours("maasm, native", "native", &onnx),
        tools.ort_native("onnxruntime, native", &onnx),
        tools.ours("tract, native", "tract", &onnx),
    ];
    contenders.splice(1..1, tools.ort_web("onnxruntime-web, in Node", &onnx));
    Ok(contenders)
}

impl Tools {
    /// One of the engines that are Rust, on a model.
    fn ours(&self, name: &str, way: &str, model: &Path) -> Contender {
        self.contender(name, &self.engines, Path::new(way), model)
    }

    fn ort_native(&self, name: &str, model: &Path) -> Contender {
        self.contender(name, &self.python, &script("ort-native.py"), model)
    }

    /// Nothing if there is no Node.
    fn ort_web(&self, name: &str, model: &Path) -> Option<Contender> {
        let folder = self.ort_web.as_ref()?;
        let mut web = self.contender(name, Path::new("node"), &script("ort-web.mjs"), model);
        web.command.env("ORT_WEB", folder);
        Some(web)
    }

    fn contender(&self, name: &str, program: &Path, first: &Path, model: &Path) -> Contender {
        let mut command = Command::new(program);
        command.args([first, model, &self.input()]);
        Contender { name: name.to_owned(), command }
    }

    fn input(&self) -> PathBuf {
        self.folder.join("input.f32")
    }
}

/// An engine that is a script.
fn script(name: &str) -> PathBuf {
    workspace::root().join("benches/engines").join(name)
}

/// Our engine on a photograph: one instance first, then a fresh one for every answer.
fn recognition(tools: &Tools) -> Result<Vec<Contender>> {
    let onnx = tools.folder.join("efficientnet-lite0.onnx");
    let component = package(tools, &onnx, &["--preprocess", "efficientnet-lite"])?;
    let (_, cat) = samples::fetch()?;
    let contender = |name: &str, way: &str| {
        let mut command = Command::new(&tools.engines);
        command.arg(way).args([&component, &cat]);
        Contender { name: name.to_owned(), command }
    };
    Ok(vec![contender("one instance", "recognize-warm"), contender("a fresh instance each time", "recognize-fresh")])
}

fn package(tools: &Tools, onnx: &Path, recipe: &[&str]) -> Result<PathBuf> {
    let component = onnx.with_extension(if recipe.is_empty() { "wasm" } else { "recipe.wasm" });
    process::step(&format!("packaging {}", onnx.display()), || {
        let mut package = Command::new(&tools.maasm);
        package.arg("package").arg(onnx).args(["--name", "bench", "--version", "1.0.0"]).args(recipe);
        process::run(package.arg("-o").arg(&component))
    })?;
    Ok(component)
}

/// What is measured on and with.
fn setting() -> Result<Vec<(&'static str, String)>> {
    let lock: toml::Table = fs::read_to_string(workspace::root().join("Cargo.lock"))?.parse()?;
    let locked = |name: &str| {
        let packages = lock["package"].as_array().into_iter().flatten();
        let mut versions = packages.filter(|package| package["name"].as_str() == Some(name));
        versions.find_map(|package| package["version"].as_str()).unwrap_or("?").to_owned()
    };
    let listed = fs::read_to_string(workspace::root().join("xtask/python/test.txt"))?;
    let onnxruntime = listed.lines().find_map(|line| line.strip_prefix("onnxruntime==")).unwrap_or("?");
    let node = process::capture(Command::new("node").arg("--version")).unwrap_or_else(|_| "none".into());
    let cores = std::thread::available_parallelism()?;
    Ok(vec![
        ("processor", format!("{}, {cores} cores; every engine on one thread", machine::processor())),
        ("maasm", format!("{} in wasmtime {}", locked("maasm"), locked("wasmtime"))),
        ("onnxruntime", onnxruntime.to_owned()),
        ("onnxruntime-web", format!("{} in Node {}", ORT_WEB.rsplit('@').next().unwrap_or("?"), node.trim())),
        ("tract", locked("tract-onnx")),
        ("compiler", process::capture(Command::new("rustc").arg("--version"))?.trim().to_owned()),
    ])
}
