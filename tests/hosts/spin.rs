//! What Spin makes of `spin.toml`: it composes a component with its dependencies before it runs it. No program of Spin's
//! installs by name, so this does what Spin's source does
//! ([crates/compose](https://github.com/spinframework/spin/tree/main/crates/compose)): a dependency that is called as a
//! package answers every import of that package, each by the dependency's export of the same name.

use crate::hosts::own::Sample;
use maasm_package::Simd;
use maasm_trials::hosts::{Served, file, output, wasmtime};
use std::process::{Command, Stdio};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};

/// The component that the manifest triggers, composed as Spin does it; `read` gives the files that it names.
fn composed(manifest: &toml::Table, read: impl Fn(&str) -> Vec<u8>) -> Vec<u8> {
    let name = manifest["trigger"]["http"][0]["component"].as_str().unwrap();
    let component = &manifest["component"][name];
    let source = read(component["source"].as_str().unwrap());
    let Some(dependencies) = component.get("dependencies") else { return source };
    let mut graph = CompositionGraph::new();
    let main = Package::from_bytes(name, None, source, graph.types_mut()).unwrap();
    let world = main.ty();
    let main = graph.register_package(main).unwrap();
    let instance = graph.instantiate(main);
    let names = |map: Vec<&String>| map.into_iter().cloned().collect::<Vec<_>>();
    let imports = names(graph.types()[world].imports.keys().collect());
    for (package, dependency) in dependencies.as_table().unwrap() {
        let bytes = read(dependency["path"].as_str().unwrap());
        let dependency = Package::from_bytes(package, None, bytes, graph.types_mut()).unwrap();
        let dependency = graph.register_package(dependency).unwrap();
        let dependency = graph.instantiate(dependency);
        let answered: Vec<_> = imports.iter().filter(|import| import.starts_with(&format!("{package}/"))).collect();
        assert!(!answered.is_empty(), "{package} answers no import");
        for import in answered {
            let export = graph.alias_instance_export(dependency, import).unwrap();
            graph.set_instantiation_argument(instance, import, export).unwrap();
        }
    }
    for export in names(graph.types()[world].exports.keys().collect()) {
        let alias = graph.alias_instance_export(instance, &export).unwrap();
        graph.export(alias, &export).unwrap();
    }
    graph.encode(EncodeOptions::default()).unwrap()
}

#[test]
fn what_spin_composes_of_the_manifests_serves_the_model() {
    let sample = Sample::new(Simd::Relaxed);
    let made = |arguments: &[&str], name: &str| {
        let path = sample.folder.path().join(name);
        output(Command::new(env!("CARGO_BIN_EXE_maasm")).arg("compose").args(arguments).arg("-o").arg(&path)).unwrap();
        std::fs::read(path).unwrap()
    };
    let read = |path: &str| match path {
        "target/spin/model.wasm" => std::fs::read(&sample.component).unwrap(),
        "target/spin/front.wasm" => made(&["--front"], "front.wasm"),
        "target/spin/service.wasm" => made(&[sample.component.to_str().unwrap()], "service.wasm"),
        other => panic!("`cargo xtask spin` makes no {other}"),
    };
    let Some(wasmtime) = wasmtime() else { return };
    for name in ["spin.toml", "spin-composed.toml"] {
        let manifest = std::fs::read_to_string(file(name)).unwrap().parse().unwrap();
        let service = sample.folder.path().join("spin.wasm");
        std::fs::write(&service, composed(&manifest, read)).unwrap();
        // Spin 4 and this are built on the same engine and the same interface.
        let served = Served::start("small", &sample.picture, |address| {
            let mut command = Command::new(&wasmtime);
            command.args(["serve", "--addr", &address.to_string()]).arg(&service).stderr(Stdio::null());
            Ok(command)
        });
        let served = served.unwrap();
        let answer = served.client().get("/v2/models/small").unwrap();
        assert_eq!(answer.body["name"], "small", "{name}: {answer:?}");
    }
}
