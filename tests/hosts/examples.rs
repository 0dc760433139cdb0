//! The programs in `examples/` answer as this project's own host does. The one in Rust has its test beside it.

use crate::hosts::own::Sample;
use maasm_package::Simd;
use maasm_tests::answers::Answers;
use maasm_trials::hosts::{file, jco, output, python_with_wasmtime, transpile};
use std::process::Command;

#[test]
fn a_program_in_javascript_gives_the_answers_of_our_host() {
    let Some(jco) = jco() else { return };
    let sample = Sample::new(Simd::Plain);
    let module = transpile(&jco, &sample.component, &sample.folder.path().join("module")).unwrap();
    let mut program = Command::new("node");
    program.arg(file("examples/javascript/embed.mjs")).args([&module, &sample.picture]);
    assert_eq!(Answers::read(&output(&mut program).unwrap()), sample.own_answers());
}

#[test]
fn a_program_in_python_gives_the_answers_of_our_host() {
    let Some(python) = python_with_wasmtime() else { return };
    let sample = Sample::new(Simd::Relaxed);
    let mut program = Command::new(&python);
    program.arg(file("examples/python/embed.py")).args([&sample.component, &sample.picture]);
    assert_eq!(Answers::read(&output(&mut program).unwrap()), sample.own_answers());
}
