//! The program answers as this project's own host does.

#[path = "../../../tests/hosts/own.rs"]
mod own;

use maasm_package::Simd;
use maasm_tests::answers::Answers;
use own::Sample;
use std::process::Command;

#[test]
fn a_program_in_rust_gives_the_answers_of_our_host() {
    let sample = Sample::new(Simd::Relaxed);
    let mut program = Command::new(env!("CARGO_BIN_EXE_embed"));
    let output = program.args([&sample.component, &sample.picture]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(Answers::read(&String::from_utf8(output.stdout).unwrap()), sample.own_answers());
}
