//! A component that asks wasi-nn for whatever it is told to, and tells what it was answered.

use std::path::{Path, PathBuf};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// What it exports. A number is −1 for what succeeded, and else the place of the error in wasi-nn's `error-code`.
const WORLD: &str = "
    package test:probe;
    world probe {
        import wasi:nn/tensor@0.2.0-rc-2024-10-28;
        import wasi:nn/errors@0.2.0-rc-2024-10-28;
        import wasi:nn/graph@0.2.0-rc-2024-10-28;
        import wasi:nn/inference@0.2.0-rc-2024-10-28;
        /// Asks for a graph by name.
        export load: func(name: string) -> s32;
        /// Brings a graph of its own.
        export bring: func() -> s32;
        /// Asks a graph for an inference, with so many tensors of this name.
        export compute: func(graph: string, input: string, shape: list<u32>, ty: s32, data: list<u8>, count: s32) -> s32;
        /// The data of the first output of the last inference.
        export answer: func() -> list<u8>;
        /// Makes tensors of a mebibyte until it is stopped.
        export hoard: func();
        /// Computes with a context that it does not have.
        export forge: func();
    }";

const CORE: &str = r#"(module
    (import "wasi:nn/graph@0.2.0-rc-2024-10-28" "load-by-name" (func $load (param i32 i32 i32)))
    (import "wasi:nn/graph@0.2.0-rc-2024-10-28" "load" (func $bring (param i32 i32 i32 i32 i32)))
    (import "wasi:nn/graph@0.2.0-rc-2024-10-28" "[method]graph.init-execution-context" (func $init (param i32 i32)))
    (import "wasi:nn/inference@0.2.0-rc-2024-10-28" "[method]graph-execution-context.compute"
        (func $compute (param i32 i32 i32 i32)))
    (import "wasi:nn/tensor@0.2.0-rc-2024-10-28" "[constructor]tensor"
        (func $tensor (param i32 i32 i32 i32 i32) (result i32)))
    (import "wasi:nn/tensor@0.2.0-rc-2024-10-28" "[method]tensor.data" (func $data (param i32 i32)))
    (import "wasi:nn/errors@0.2.0-rc-2024-10-28" "[method]error.code" (func $code (param i32) (result i32)))
    (memory (export "memory") 64)
    (global $next (mut i32) (i32.const 65536))
    (global $output (mut i32) (i32.const 0))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
        (global.set $next (i32.add (local.get $at) (local.get 3)))
        (local.get $at))
    ;; What a call has left at 16: a result of one resource, or another one that is an error.
    (func $outcome (result i32)
        (if (result i32) (i32.load8_u (i32.const 16))
            (then (call $code (i32.load (i32.const 20))))
            (else (i32.const -1))))
    (func (export "load") (param i32 i32) (result i32)
        (call $load (local.get 0) (local.get 1) (i32.const 16))
        (call $outcome))
    (func (export "bring") (result i32)
        (call $bring (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 16))
        (call $outcome))
    (func (export "compute")
        (param $graph i32) (param $graph_len i32) (param $name i32) (param $name_len i32) (param $shape i32)
        (param $rank i32) (param $type i32) (param $data i32) (param $len i32) (param $count i32) (result i32)
        (local $index i32)
        (local $at i32)
        (call $load (local.get $graph) (local.get $graph_len) (i32.const 16))
        (if (i32.load8_u (i32.const 16)) (then (return (call $outcome))))
        (call $init (i32.load (i32.const 20)) (i32.const 16))
        (if (i32.load8_u (i32.const 16)) (then (return (call $outcome))))
        (local.set $index (i32.load (i32.const 20)))
        (i32.store (i32.const 32) (local.get $index))
        (local.set $index (i32.const 0))
        (block $done (loop $more
            (br_if $done (i32.eq (local.get $index) (local.get $count)))
            (local.set $at (i32.add (i32.const 1024) (i32.mul (local.get $index) (i32.const 12))))
            (i32.store (local.get $at) (local.get $name))
            (i32.store offset=4 (local.get $at) (local.get $name_len))
            (i32.store offset=8 (local.get $at)
                (call $tensor (local.get $shape) (local.get $rank) (local.get $type) (local.get $data) (local.get $len)))
            (local.set $index (i32.add (local.get $index) (i32.const 1)))
            (br $more)))
        (call $compute (i32.load (i32.const 32)) (i32.const 1024) (local.get $count) (i32.const 16))
        (if (i32.eqz (i32.load8_u (i32.const 16)))
            (then (global.set $output (i32.load offset=8 (i32.load (i32.const 20))))))
        (call $outcome))
    (func (export "answer") (result i32)
        (call $data (global.get $output) (i32.const 48))
        (i32.const 48))
    (func (export "hoard")
        (loop $more
            (drop (call $tensor (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 1048576)))
            (br $more)))
    (func (export "forge")
        (call $compute (i32.const 77) (i32.const 0) (i32.const 0) (i32.const 16))))"#;

/// The component.
pub fn probe() -> Vec<u8> {
    let mut resolve = Resolve::default();
    resolve.push_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/deps/wasi-nn")).unwrap();
    let package = resolve.push_str("probe.wit", WORLD).unwrap();
    let world = resolve.select_world(&[package], Some("probe")).unwrap();
    let mut module = wat::parse_str(CORE).unwrap();
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

/// The folder with onnxruntime's library, of the Python package that `cargo xtask test` provides.
pub fn onnxruntime() -> Option<PathBuf> {
    crate::python::package("onnxruntime").map(|folder| folder.join("capi"))
}
