//! The same networks in int8.

use super::{Tools, package};
use crate::measure::Contender;
use crate::{process, workspace};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// All engines that compute in int8, ours in WebAssembly first, and ours in f32 beside it.
pub fn inference(tools: &Tools, file: &str) -> Result<Vec<Contender>> {
    let onnx = tools.folder.join(format!("{file}.onnx"));
    let quantized = quantize(tools, &onnx)?;
    let component = package_int8(tools, &onnx)?;
    let mut contenders = vec![
        tools.ours("maasm in int8, a component in wasmtime", "component", &component),
        tools.ours("maasm in f32, a component in wasmtime", "component", &package(tools, &onnx, &[])?),
        tools.ours("maasm in int8, native", "native-int8", &onnx),
        tools.ort_native("onnxruntime in int8, native", &quantized),
    ];
    let web = tools.ort_web("onnxruntime-web in int8, in Node", &quantized);
    contenders.splice(2..2, web);
    Ok(contenders)
}

/// The network with quantise and dequantise nodes, as onnxruntime makes it.
fn quantize(tools: &Tools, onnx: &Path) -> Result<PathBuf> {
    let quantized = onnx.with_extension("int8.onnx");
    if !quantized.exists() {
        process::step(&format!("quantising {}", onnx.display()), || {
            let mut quantize = Command::new(&tools.python);
            quantize.arg(workspace::root().join("benches/quantize.py")).args([onnx, &tools.input(), &quantized]);
            process::run(&mut quantize)
        })?;
    }
    Ok(quantized)
}

/// Our component in int8, calibrated with the same input.
fn package_int8(tools: &Tools, onnx: &Path) -> Result<PathBuf> {
    process::step(&format!("packaging {} in int8", onnx.display()), || {
        process::run(Command::new(&tools.engines).arg("package-int8").args([onnx, &tools.input()]))
    })?;
    Ok(onnx.with_extension("int8.wasm"))
}
