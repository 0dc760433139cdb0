//! A model inside a Rust program: `embed MODEL.wasm PICTURE` tells what the picture shows, and all outputs.

use wasmtime::component::{Component, Linker, bindgen};
use wasmtime::{Engine, Store};

bindgen!({ path: "../../wit", world: "model" });

fn main() -> wasmtime::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let picture = std::fs::read(&arguments[1])?;
    let engine = Engine::default();
    let component = Component::from_file(&engine, &arguments[0])?;
    let mut store = Store::new(&engine, ());
    let model = Model::instantiate(&mut store, &component, &Linker::new(&engine))?;
    let inference = model.maasm_model_inference();
    for answer in inference.call_recognize(&mut store, &picture, 3)?? {
        println!("{} {}", answer.score, answer.label);
    }
    for tensor in inference.call_infer_media(&mut store, &picture)?? {
        let values = tensor.data.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap()));
        println!("{}: {:?}", tensor.name, values.collect::<Vec<_>>());
    }
    Ok(())
}
