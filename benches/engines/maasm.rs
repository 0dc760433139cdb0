//! Our own engine, in several ways, and tract: WAY MODEL INPUT. See `../README.md` for what is spoken.

mod nn;

use anyhow::{Context, Result, bail};
use maasm_compile::quantize::calibrate;
use maasm_compile::{Compiled, Options, compile};
use maasm_component::Ranges;
use maasm_engine::{ElementType, Engine, EngineOptions, Model, Tensor};
use maasm_graph::{Limits, Source};
use maasm_package::{Simd, package};
use maasm_plan::Card;
use maasm_runtime::{AlignedBytes, Executor};
use std::io::{BufRead, stdin};
use std::path::Path;
use std::time::Instant;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [way, model, input] = &arguments[..] else { bail!("usage: WAY MODEL INPUT") };
    let model = Path::new(model);
    let input = std::fs::read(input).with_context(|| format!("cannot read {input}"))?;
    match way.as_str() {
        "component" => component(model, input),
        "native" => native(&compiled(model, None)?, &input),
        "native-int8" => native(&compiled(model, Some(&input))?, &input),
        "package-int8" => package_int8(model, &input),
        "nn-native" => nn::answer("native", model, input),
        "nn-onnxruntime" => nn::answer("onnxruntime", model, input),
        "nn-memory-native" => nn::memory("native", model, input),
        "nn-memory-onnxruntime" => nn::memory("onnxruntime", model, input),
        "tract" => tract(model, &input),
        "recognize-fresh" => recognize_fresh(model, &input),
        "recognize-warm" => recognize_warm(model, &input),
        _ => bail!("unknown way {way:?}"),
    }
}

fn load(path: &Path) -> Result<Model> {
    Ok(Engine::new(EngineOptions::default())?.load(path)?)
}

/// A component in wasmtime, one instance for all answers.
fn component(path: &Path, input: Vec<u8>) -> Result<()> {
    let model = load(path)?;
    let info = &model.description().inputs[0];
    let (name, shape) = (info.name.clone(), info.shape.clone());
    let tensors = [Tensor { name, element_type: ElementType::F32, shape, data: input }];
    let mut session = model.session()?;
    serve("maasm in wasmtime", || Ok(floats(&session.infer(&tensors)?[0].data)))
}

/// A network, in int8 if there is an input to calibrate it with.
fn compiled(path: &Path, calibration: Option<&[u8]>) -> Result<Compiled> {
    let source = Source::from_onnx(path, &Limits::default())?;
    let mut options = Options::default();
    let compiled = compile(&source.model, &options)?;
    let Some(input) = calibration else { return Ok(compiled) };
    options.calibration = Some(calibrate(&compiled, &[floats(input)], Ranges::default())?);
    Ok(compile(&source.model, &options)?)
}

/// Writes a component in int8 beside the model.
fn package_int8(path: &Path, input: &[u8]) -> Result<()> {
    let card = Card { name: "bench".into(), version: "1.0.0".into(), ..Card::default() };
    let component = package(&compiled(path, Some(input))?, card, None, Simd::Relaxed)?;
    Ok(std::fs::write(path.with_extension("int8.wasm"), component)?)
}

/// The same plan by the same kernels, natively.
fn native(compiled: &Compiled, input: &[u8]) -> Result<()> {
    let mut constants = AlignedBytes::zeroed(compiled.constants.len());
    constants.as_mut().copy_from_slice(&compiled.constants);
    let arena = AlignedBytes::zeroed(usize::try_from(compiled.plan.arena_len)?);
    let mut executor = Executor::new(compiled.plan.clone(), constants, arena)?;
    serve("maasm natively", || {
        executor.set_input(0, input)?;
        executor.run().expect("the networks have no indices");
        Ok(floats(&executor.output(0)))
    })
}

fn tract(path: &Path, input: &[u8]) -> Result<()> {
    use tract_onnx::prelude::*;
    let model = tract_onnx::onnx().model_for_path(path)?.into_optimized()?.into_runnable()?;
    let tensor = Tensor::from_shape(&[1, 3, 224, 224], &floats(input))?;
    serve("tract", || {
        let outputs = model.run(tvec!(tensor.clone().into_tvalue()))?;
        Ok(outputs[0].to_plain_array_view::<f32>()?.iter().copied().collect())
    })
}

/// A picture's way through the whole component, on a fresh instance for every answer.
fn recognize_fresh(path: &Path, picture: &[u8]) -> Result<()> {
    let model = load(path)?;
    serve("maasm recognising, a fresh instance each time", || Ok(scores(model.recognize(picture, 5)?)))
}

/// The same on one instance.
fn recognize_warm(path: &Path, picture: &[u8]) -> Result<()> {
    let mut session = load(path)?.session()?;
    serve("maasm recognising, one instance", || Ok(scores(session.recognize(picture, 5)?)))
}

fn scores(recognition: maasm_engine::Recognition) -> Vec<f32> {
    recognition.classifications.iter().map(|classification| classification.score).collect()
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().expect("four bytes"))).collect()
}

/// Answers once, then as often as standard input asks.
fn serve(engine: &str, mut answer: impl FnMut() -> Result<Vec<f32>>) -> Result<()> {
    println!("{}", serde_json::json!({ "engine": engine, "output": answer()? }));
    for line in stdin().lock().lines() {
        let mut times = Vec::new();
        for _ in 0..line?.trim().parse::<u32>()? {
            let start = Instant::now();
            answer()?;
            times.push(start.elapsed().as_nanos());
        }
        println!("{}", serde_json::json!(times));
    }
    Ok(())
}
