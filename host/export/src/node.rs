//! Node: a package with the component, of which jco makes a JavaScript module.

use super::{Exported, File};
use serde_json::json;

/// What makes JavaScript of components, and with which version that was tried.
const JCO: (&str, &str) = ("@bytecodealliance/jco", "^1.35.0");

pub(super) fn files(exported: &Exported) -> Vec<File> {
    let description = exported.description;
    let package = json!({
        "name": description.name,
        "version": description.version,
        "description": description.description,
        "license": description.license,
        "type": "module",
        "main": "index.mjs",
        "files": ["index.mjs", "module"],
        "scripts": {"prepare": "jco transpile model.wasm --name model -o module"},
        "devDependencies": {JCO.0: JCO.1},
        "engines": {"node": ">=20"},
    });
    let mut text = serde_json::to_string_pretty(&package).expect("strings can be written");
    text.push('\n');
    vec![
        File::new("package.json", text),
        File::new("index.mjs", include_str!("node/index.mjs")),
        File::new("model.wasm", exported.component),
    ]
}
