//! Our component without weights, for which the host computes through wasi-nn.

use super::{compiled, floats, serve};
use anyhow::{Context, Result, anyhow, bail};
use maasm_engine::{CachePolicy, ElementType, Engine, EngineOptions, Model, Tensor};
use maasm_nn::{Graph, Graphs, Native, Onnxruntime};
use maasm_package::{Kept, Simd, kept, over_nn, package};
use maasm_plan::Card;
use std::path::Path;
use std::sync::Barrier;
use std::time::Duration;

/// How many requests are in flight where memory is looked at.
const AT_ONCE: u32 = 64;

/// A fresh instance for every answer, as the server does it.
pub fn answer(backend: &str, onnx: &Path, input: Vec<u8>) -> Result<()> {
    let model = load(backend, onnx, 2)?;
    let tensors = [tensor(&model, input)];
    serve(&format!("maasm through wasi-nn, {backend}"), || Ok(floats(&model.infer(&tensors)?[0].data)))
}

/// What lies in memory before, when one request has been answered, and with many in flight, in bytes.
pub fn memory(backend: &str, onnx: &Path, input: Vec<u8>) -> Result<()> {
    let weights = std::fs::metadata(onnx)?.len();
    let before = resident()?;
    let model = load(backend, onnx, AT_ONCE)?;
    let tensors = [tensor(&model, input)];
    model.infer(&tensors)?;
    let one = resident()?;
    let (all_hold, measured) = (Barrier::new(AT_ONCE as usize + 1), Barrier::new(AT_ONCE as usize + 1));
    let held = std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let mut session = model.session().expect("there is a place for each");
                session.infer(&tensors).expect("it has answered before");
                all_hold.wait();
                measured.wait();
            });
        }
        all_hold.wait();
        let held = resident();
        measured.wait();
        held
    })?;
    println!(
        "{}",
        serde_json::json!({ "weights": weights, "before": before, "one": one, "many": held, "at_once": AT_ONCE })
    );
    Ok(())
}

fn load(backend: &str, onnx: &Path, max_concurrent: u32) -> Result<Model> {
    const NAME: &str = "bench@1.0.0";
    let card = Card { name: "bench".into(), version: "1.0.0".into(), ..Card::default() };
    let component = package(&compiled(onnx, None)?, card, None, Simd::Relaxed)?;
    let Kept { package, constants } = kept(&component).map_err(|why| anyhow!(why))?;
    drop(component);
    let without_weights = over_nn(package.card, package.recipe, &package.plan)?;
    let graph: Graph = match backend {
        "native" => Native { deadline: Duration::from_secs(60) }.graph(package.plan, constants)?,
        "onnxruntime" => {
            drop(constants);
            Onnxruntime::load(None, Duration::from_secs(60))?.graph(onnx)?
        }
        _ => bail!("unknown backend {backend:?}"),
    };
    let deadline = Duration::from_secs(600);
    let options = EngineOptions { cache: CachePolicy::Off, max_concurrent, deadline, ..EngineOptions::default() };
    Ok(Engine::new(options)?.load_over_nn(NAME, &without_weights, Graphs::one(NAME, graph), 0)?)
}

fn tensor(model: &Model, data: Vec<u8>) -> Tensor {
    let input = &model.description().inputs[0];
    Tensor { name: input.name.clone(), element_type: ElementType::F32, shape: input.shape.clone(), data }
}

/// What of this process lies in memory, in bytes.
fn resident() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("the system does not tell")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}
