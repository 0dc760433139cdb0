//! Node: the package works once jco has made its module.

use super::exported;
use crate::hosts::own::Sample;
use maasm_package::Simd;
use maasm_trials::hosts::{jco, output, transpile};
use serde_json::Value;
use std::process::Command;

#[test]
fn node_recognises_with_what_is_exported_for_it() {
    let Some(jco) = jco() else { return };
    let sample = Sample::new(Simd::Plain);
    let folder = exported(&sample.component, "node", &[]);
    let package: Value = serde_json::from_slice(&std::fs::read(folder.join("package.json")).unwrap()).unwrap();
    assert_eq!([&package["name"], &package["version"], &package["type"]], ["small", "1.0.0", "module"]);
    // What `npm install` does by the package's script, with the part of jco that does it.
    assert_eq!(package["scripts"]["prepare"], "jco transpile model.wasm --name model -o module");
    assert!(package["devDependencies"]["@bytecodealliance/jco"].is_string());
    transpile(&jco, &folder.join("model.wasm"), &folder.join("module")).unwrap();
    let script = format!(
        "import {{ recognize }} from './index.mjs'; import {{ readFileSync }} from 'node:fs'; \
         console.log(JSON.stringify(recognize(readFileSync({:?}), 2)));",
        sample.picture
    );
    let mut node = Command::new("node");
    let answer = output(node.current_dir(&folder).args(["--input-type=module", "-e", &script])).unwrap();
    let answers: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answers[0]["label"], sample.own_answers().ranked[0].1.as_str());
    assert_eq!(answers.as_array().unwrap().len(), 2);
}
