//! `maasm export --target core`: what knows no components gets a core module and a header for C.

use super::{ByHand, exported};
use crate::hosts::own::Sample;
use maasm_package::Simd;
use maasm_tests::answers::Answers;
use maasm_tests::{layout, skip};
use maasm_trials::hosts::{file, output, wabt};
use std::process::Command;

/// C's compiler, which only looks whether all is right. It is there wherever this project's SQLite was compiled.
fn compiler() -> Command {
    let mut compiler = Command::new("cc");
    compiler.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]);
    compiler
}

#[test]
fn a_core_module_in_node_gives_the_answers_of_our_host() {
    if Command::new("node").arg("--version").output().is_err() {
        return skip::for_want_of("Node");
    }
    let sample = Sample::new(Simd::Plain);
    let module = exported(&sample.component, "core", &[]).join("small.wasm");
    let mut program = Command::new("node");
    program.arg(file("examples/javascript/core.mjs")).args([&module, &sample.picture]);
    assert_eq!(Answers::read(&output(&mut program).unwrap()), sample.own_answers());
}

#[test]
fn the_header_lays_everything_out_as_the_canonical_abi_does() {
    let by_hand = ByHand::new("small", "1.0.0");
    let folder = by_hand.export("core", &[]);
    let (assertions, structures) = layout::assertions();
    assert!(structures > 10, "{assertions}");
    let program = folder.join("assertions.c");
    std::fs::write(&program, assertions).unwrap();
    output(compiler().arg(program)).unwrap();
}

#[test]
fn the_example_in_c_fits_what_wasm2c_makes_of_the_module() {
    let Some(wabt) = wabt() else { return };
    let sample = Sample::new(Simd::Plain);
    let folder = exported(&sample.component, "core", &[]);
    let mut wasm2c = Command::new(wabt.join("bin/wasm2c"));
    output(wasm2c.arg(folder.join("small.wasm")).args(["-n", "model", "-o"]).arg(folder.join("model.c"))).unwrap();
    // WABT's headers are another project's: warnings in them are none of ours.
    let headers = ["wasm2c", "include"].map(|part| wabt.join(part));
    let headers = headers.iter().flat_map(|path| ["-isystem".as_ref(), path.as_os_str()]);
    output(compiler().arg("-I").arg(&folder).args(headers).arg(file("examples/c/embed.c"))).unwrap();
}
