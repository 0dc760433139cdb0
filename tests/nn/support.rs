//! Models computed by the host.

use maasm_compile::{Compiled, Options, compile};
use maasm_engine::{CachePolicy, Engine, EngineOptions, Model};
use maasm_graph::{Limits, Source};
use maasm_nn::{Graphs, Native};
use maasm_package::{Kept, Simd, kept, over_nn, package};
use maasm_plan::Card;
use maasm_tests::onnx::encode;
use std::time::Duration;
use tract_onnx::pb::ModelProto;

pub const NAME: &str = "net@1.0.0";

pub fn card() -> Card {
    Card { name: "net".into(), version: "1.0.0".into(), ..Card::default() }
}

/// An engine with room for so many calls.
pub fn engine(max_concurrent: u32) -> Engine {
    let options = EngineOptions { cache: CachePolicy::Off, max_concurrent, ..EngineOptions::default() };
    Engine::new(EngineOptions { deadline: Duration::from_secs(60), ..options }).unwrap()
}

pub fn compiled(model: &ModelProto, options: &Options) -> Compiled {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, encode(model)).unwrap();
    compile(&Source::from_onnx(&path, &Limits::default()).unwrap().model, options).unwrap()
}

/// The component, as it is published.
pub fn component(compiled: &Compiled) -> Vec<u8> {
    package(compiled, card(), None, Simd::Relaxed).unwrap()
}

/// The component in the sandbox.
pub fn in_sandbox(engine: &Engine, component: &[u8]) -> Model {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.wasm");
    std::fs::write(&path, component).unwrap();
    engine.load(&path).unwrap()
}

/// The same component's plan, computed by the host's kernels.
pub fn by_host(engine: &Engine, component: &[u8]) -> Model {
    let Kept { package, constants } = kept(component).unwrap();
    let without_weights = over_nn(package.card, package.recipe, &package.plan).unwrap();
    let graph = Native { deadline: Duration::from_secs(60) }.graph(package.plan, constants).unwrap();
    engine.load_over_nn(NAME, &without_weights, Graphs::one(NAME, graph), 0).unwrap()
}
