//! Components made by hand, which do what no packaged model does.

use crate::random::Random;
use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// A component of world `model` whose `decode` runs this body, in WebAssembly text. It is version 1.0.0 of itself;
/// everything else in it traps. Its memory starts with one page.
pub fn decoding(body: &str) -> Vec<u8> {
    named("decoding", body)
}

/// As [`decoding`], with a name of up to 63 letters.
pub fn named(name: &str, body: &str) -> Vec<u8> {
    numbered(name, "1.0.0", body)
}

/// As [`named`], with a version of up to 63 letters.
pub fn numbered(name: &str, version: &str, body: &str) -> Vec<u8> {
    component(&module(name, version, 1, body), "model")
}

/// As [`named`], with so many bytes behind it that mean nothing, always the same ones.
pub fn with_ballast(name: &str, bytes: usize) -> Vec<u8> {
    const NAME: &[u8] = b"\x07ballast";
    let mut component = named(name, "unreachable");
    // A custom section; its size takes five digits of seven bits, leading zeros and all.
    let size = NAME.len() + bytes;
    let digit = |place: usize| (size >> (7 * place)) as u8 & 0x7f | if place < 4 { 0x80 } else { 0 };
    component.push(0);
    component.extend((0..5).map(digit));
    component.extend(NAME);
    let mut random = Random::new(bytes as u64);
    component.extend((0..bytes.div_ceil(8)).flat_map(|_| random.bits().to_le_bytes()).take(bytes));
    component
}

/// A component of world `model` whose memory starts with so many pages of 64 KiB.
pub fn with_memory(pages: u32) -> Vec<u8> {
    component(&module("large", "1.0.0", pages, "unreachable"), "model")
}

/// A component that exports nothing of world `model`.
pub fn without_exports() -> Vec<u8> {
    wat::parse_str("(component)").unwrap()
}

/// A component that imports a function.
pub fn importing() -> Vec<u8> {
    wat::parse_str(
        r#"(component (import "wasi:random/random" (instance (export "get-random-u64" (func (result u64))))))"#,
    )
    .unwrap()
}

/// An empty core module.
pub fn core_module() -> Vec<u8> {
    wat::parse_str("(module)").unwrap()
}

fn module(name: &str, version: &str, pages: u32, decode: &str) -> String {
    // The description at 64 begins with pointers to, and lengths of, its name and version; the rest is empty.
    let (name_len, version_len) = (name.len(), version.len());
    let inference = "maasm:model/inference@0.1.0";
    let stages = "maasm:model/stages@0.1.0";
    format!(
        r#"(module
            (memory (export "memory") {pages})
            (data (i32.const 64) "\00\02\00\00\{name_len:02x}\00\00\00\40\02\00\00\{version_len:02x}\00\00\00")
            (data (i32.const 0x200) "{name}")
            (data (i32.const 0x240) "{version}")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
            (func (export "{inference}#describe") (result i32) (i32.const 64))
            (func (export "{inference}#recognize") (param i32 i32 i32) (result i32) unreachable)
            (func (export "{inference}#infer") (param i32 i32) (result i32) unreachable)
            (func (export "{inference}#evaluate") (param i32 i32) (result i32) unreachable)
            (func (export "{stages}#decode") (param i32 i32) (result i32) {decode})
            (func (export "{stages}#thumbnail") (param i32) (result i32) unreachable)
            (func (export "{stages}#preprocess") (result i32) unreachable)
            (func (export "{stages}#run") (result i32) unreachable)
            (func (export "{stages}#rank") (param i32) (result i32) unreachable)
            (func (export "{inference}#infer-media") (param i32 i32) (result i32) unreachable))"#
    )
}

/// Wraps a core module as a component of a world of `wit/`.
fn component(module: &str, world: &str) -> Vec<u8> {
    let mut module = wat::parse_str(module).unwrap();
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit")).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}
