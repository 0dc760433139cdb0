//! ONNX's node tests give at least what `docs/conformance.tsv` says.

use maasm_conformance::changes::Changes;
use maasm_conformance::crew::Crew;
use maasm_conformance::engines::Engine;
use maasm_conformance::suite::{FOLDER, Suite, Test};
use maasm_conformance::table::{self, Row};
use maasm_tests::python;
use std::path::Path;

#[test]
fn nothing_is_worse_than_the_table_says() {
    let Some(python) = python::interpreter() else { return };
    let suite = Suite::generated(python.as_ref(), Path::new(FOLDER)).unwrap();
    let tests: Vec<&Test> = suite.tests.iter().collect();
    let crew = Crew::new(Path::new(env!("CARGO_BIN_EXE_maasm-conformance")));
    let verdicts = crew.run(Engine::Maasm, &suite, &tests).unwrap();
    let found: Vec<Row> = tests.iter().zip(&verdicts).map(|(test, verdict)| Row::new(test, verdict, false)).collect();
    let table = table::read(&std::fs::read_to_string(table::PATH).unwrap()).unwrap();
    let Changes { worse, better } = Changes::between(&table, &found);
    if !better.is_empty() {
        println!("better; `cargo xtask conformance` writes it down:\n{}", better.join("\n"));
    }
    let remedy = "`cargo xtask conformance OPERATOR` shows more";
    assert!(worse.is_empty(), "{} tests are worse; {remedy}:\n{}", worse.len(), worse.join("\n"));
}
