//! The kernels that only WebAssembly has, checked there against their scalar versions.

use std::path::Path;
use wasmtime::{Engine, Instance, Module, Store};

#[track_caller]
fn check(flavour: &str) {
    let file = format!("../target/guest/self-check-{flavour}.wasm");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    assert!(file.exists(), "{} is missing; `cargo xtask build` makes it", file.display());
    let engine = Engine::default();
    let module = Module::from_file(&engine, &file).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let self_check = instance.get_typed_func::<u64, u64>(&mut store, "self_check").unwrap();
    for seed in 0..3 {
        let difference = self_check.call(&mut store, seed).unwrap();
        let [address, length] = [difference >> 32, difference & 0xffff_ffff].map(|half| half as usize);
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        let text = String::from_utf8_lossy(&memory.data(&store)[address..address + length]).into_owned();
        assert_eq!(difference, 0, "{text}");
    }
}

#[test]
fn kernels_with_relaxed_simd_agree_with_their_specifications() {
    check("relaxed");
}

#[test]
fn kernels_with_plain_simd_agree_with_their_specifications() {
    check("plain");
}
