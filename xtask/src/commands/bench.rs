//! `cargo xtask bench`

use super::build;
use crate::measure::{Contender, Engine, Network, Results, Row};
use crate::{process, python, samples, workspace};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The networks: what each is called, its file, and how many answers make a round.
const NETWORKS: [(&str, &str, u32); 3] = [
    ("EfficientNet-Lite0", "efficientnet-lite0", 15),
    ("MobileNetV2", "mobilenet-v2", 15),
    ("ResNet-50", "resnet-50", 3),
];
const WARM_ROUNDS: usize = 15;
const COLD_ROUNDS: usize = 5;
const ORT_WEB: &str = "onnxruntime-web@1.30.0";

/// Programs to measure with, and where their files lie.
struct Tools {
    maasm: PathBuf,
    engines: PathBuf,
    python: PathBuf,
    ort_web: Option<PathBuf>,
    folder: PathBuf,
}

/// Measures everything and writes `benches/RESULTS.md` and `benches/results.json`.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    super::no_arguments(arguments)?;
    let tools = prepare()?;
    let mut results = Results { setting: setting()?, networks: Vec::new() };
    for (name, file, times) in NETWORKS {
        let contenders = inference(&tools, file)?;
        results.networks.push(process::step(&format!("measuring {name}"), || compete(name, contenders, times))?);
    }
    let name = "EfficientNet-Lite0 recognising a photograph (PNG, 451 × 300)";
    let contenders = recognition(&tools)?;
    results.networks.push(process::step(&format!("measuring {name}"), || compete(name, contenders, 15))?);
    let text = results.markdown();
    let benches = workspace::root().join("benches");
    fs::write(benches.join("RESULTS.md"), &text)?;
    fs::write(benches.join("results.json"), serde_json::to_string_pretty(&results.json())? + "\n")?;
    println!("{text}");
    Ok(())
}

fn prepare() -> Result<Tools> {
    let python = python::with_packages("test")?;
    let maasm = build::build()?;
    let folder = workspace::root().join("target/bench");
    if !folder.join("input.f32").exists() {
        process::step("making networks with random weights", || {
            let script = workspace::root().join("benches/models.py");
            process::run(Command::new(&python).arg(script).arg(&folder))
        })?;
    }
    let engines = process::step("compiling the engines to compare", engines)?;
    let ort_web = ort_web(&folder)?;
    Ok(Tools { maasm, engines, python, ort_web, folder })
}

/// Compiles the engines that are Rust and tells where their program lies.
fn engines() -> Result<PathBuf> {
    let mut build = workspace::cargo();
    build.args([
        "bench",
        "--package",
        "maasm",
        "--bench",
        "engines",
        "--no-run",
        "--message-format=json-render-diagnostics",
    ]);
    let messages = process::capture(&mut build)?;
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let paths = messages.filter(|message| message["target"]["name"] == "engines");
    paths
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back()
        .context("cargo built nothing")
}

/// The folder with onnxruntime-web, if there is a Node to run it.
fn ort_web(folder: &Path) -> Result<Option<PathBuf>> {
    let folder = folder.join("node");
    let stamp = folder.join(ORT_WEB);
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("▸ onnxruntime-web is left out: there is no Node");
        return Ok(None);
    }
    if !stamp.exists() {
        process::step("installing onnxruntime-web", || {
            fs::create_dir_all(&folder)?;
            let mut npm = Command::new("npm");
            npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(&folder).arg(ORT_WEB);
            process::run(&mut npm)
        })?;
        fs::write(stamp, "")?;
    }
    Ok(Some(folder))
}

/// All engines on one network, ours in WebAssembly first.
fn inference(tools: &Tools, file: &str) -> Result<Vec<Contender>> {
    let onnx = tools.folder.join(format!("{file}.onnx"));
    let input = tools.folder.join("input.f32");
    let component = package(tools, &onnx, &[])?;
    let script = |name: &str| workspace::root().join("benches/engines").join(name);
    let contender = |name: &str, program: &Path, before: &[&Path], model: &Path| {
        let mut command = Command::new(program);
        command.args(before).args([model, &input]);
        Contender { name: name.to_owned(), command }
    };
    let way = Path::new;
    let mut contenders = vec![
        contender("maasm, a component in wasmtime", &tools.engines, &[way("component")], &component),
        contender("maasm, native", &tools.engines, &[way("native")], &onnx),
        contender("onnxruntime, native", &tools.python, &[&script("ort-native.py")], &onnx),
        contender("tract, native", &tools.engines, &[way("tract")], &onnx),
    ];
    if let Some(folder) = &tools.ort_web {
        let mut web = contender("onnxruntime-web, in Node", way("node"), &[&script("ort-web.mjs")], &onnx);
        web.command.env("ORT_WEB", folder);
        contenders.insert(1, web);
    }
    Ok(contenders)
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

/// Lets engines take turns: first starting, then answering.
fn compete(name: &str, mut contenders: Vec<Contender>, times: u32) -> Result<Network> {
    let row = |contender: &Contender| Row { engine: contender.name.clone(), cold: Vec::new(), warm: Vec::new() };
    let mut rows: Vec<Row> = contenders.iter().map(row).collect();
    // The first start of each fills caches and does not count.
    for round in 0..=COLD_ROUNDS {
        for (row, contender) in rows.iter_mut().zip(&mut contenders) {
            let engine = Engine::start(contender)?;
            if round > 0 {
                row.cold.push(engine.cold);
            }
        }
    }
    let mut engines = contenders.iter_mut().map(Engine::start).collect::<Result<Vec<_>>>()?;
    assert_same_answers(&contenders, &engines)?;
    for engine in &mut engines {
        engine.measure(times)?;
    }
    for _ in 0..WARM_ROUNDS {
        for (row, engine) in rows.iter_mut().zip(&mut engines) {
            row.warm.push(engine.measure(times)?);
        }
    }
    Ok(Network { name: name.to_owned(), rows })
}

/// Engines that do not compute the same are not worth comparing.
fn assert_same_answers(contenders: &[Contender], engines: &[Engine]) -> Result<()> {
    let expected = &engines[0].answer;
    let scale = expected.iter().fold(0.0, |scale: f64, value| scale.max(value.abs()));
    for (contender, engine) in contenders.iter().zip(engines) {
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-3 * scale;
        if engine.answer.len() != expected.len() || !engine.answer.iter().zip(expected).all(close) {
            bail!("{} and {} give different answers", contender.name, contenders[0].name);
        }
        eprintln!("  {}: {}", contender.name, engine.version);
    }
    Ok(())
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
        ("processor", format!("{}, {cores} cores; every engine on one thread", processor())),
        ("maasm", format!("{} in wasmtime {}", locked("maasm"), locked("wasmtime"))),
        ("onnxruntime", onnxruntime.to_owned()),
        ("onnxruntime-web", format!("{} in Node {}", ORT_WEB.rsplit('@').next().unwrap_or("?"), node.trim())),
        ("tract", locked("tract-onnx")),
        ("compiler", process::capture(Command::new("rustc").arg("--version"))?.trim().to_owned()),
    ])
}

fn processor() -> String {
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned())
}
