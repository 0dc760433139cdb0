//! Finds the component templates, which are compiled for WebAssembly beforehand, and tells the crate where they are.

use std::env;
use std::fs::File;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-env-changed=MAASM_GUEST_DIR");
    let folder = env::var_os("MAASM_GUEST_DIR").map_or_else(
        || PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../target/guest"),
        PathBuf::from,
    );
    // `cargo xtask` compiles them beside this crate's dependencies and holds the lock meanwhile.
    if let Ok(lock) = File::open(folder.join("lock")) {
        lock.lock_shared().expect("a file can be locked");
    }
    let templates =
        [("RELAXED", "model-relaxed"), ("PLAIN", "model-plain"), ("NN", "model-nn-plain"), ("API", "api-plain")];
    for (name, file) in templates {
        let template = folder.join(format!("{file}.wasm"));
        println!("cargo::rerun-if-changed={}", template.display());
        if !template.is_file() {
            println!("cargo::error=the component template {} is missing; run `cargo xtask build`", template.display());
            continue;
        }
        println!("cargo::rustc-env=MAASM_TEMPLATE_{name}={}", template.display());
    }
}
