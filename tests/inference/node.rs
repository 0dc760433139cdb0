//! A component in Node, which knows nothing of wasmtime: jco makes a JavaScript module of it.

use maasm_tests::skip;
use std::path::Path;
use std::process::Command;

/// What a component gives for each of the inputs; `None` if there is no Node.
pub fn run(component: &[u8], inputs: &[Vec<f32>]) -> Option<Vec<u8>> {
    let Some(jco) = std::env::var_os("MAASM_JCO") else {
        skip::for_want_of("jco (MAASM_JCO names its folder)");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let [wasm, tensors] = ["model.wasm", "inputs.f32"].map(|name| folder.path().join(name));
    std::fs::write(&wasm, component).unwrap();
    let bytes: Vec<u8> = inputs.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(&tensors, bytes).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/inference/node.mjs");
    let output = Command::new("node").env("MAASM_JCO", jco).arg(script).args([wasm, tensors]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}
