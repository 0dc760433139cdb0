//! What is done with a file: all that `maasm inspect` and `maasm package` do.

use maasm::cli::{self, Inspection};
use maasm_compile::{self as compile, Compiled, Options};
use maasm_graph::{Limits, Source};
use maasm_package::{self as package, Simd};
use maasm_plan::{Card, Texts};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// One of so many files that compile is made a component: compiling the template takes longer than all else.
const PACKAGED: u64 = 16;
/// Labels for more classes would only take time.
const MOST_LABELS: u32 = 2000;

/// How far a file came.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Came {
    /// It is not read.
    Refused,
    /// It is read and does not compile.
    Uncompiled,
    /// It compiles.
    Compiled,
    /// It compiles, and there is a component of it, or the packager has told why not.
    Packaged,
}

/// Tries a file; `stage` is told what is being done before it is done.
///
/// # Errors
/// What is wrong with an answer.
pub fn run(path: &Path, number: u64, stage: &dyn Fn(&str)) -> Result<Came, String> {
    stage("reading");
    let source = match Source::from_onnx(path, &Limits::default()) {
        Ok(source) => source,
        Err(error) => return one_line(&error).map(|()| Came::Refused),
    };
    let options = Options::default();
    stage("compiling");
    let compiled = compile::compile(&source.model, &options);
    stage("inspecting");
    let inspection = Inspection::new(&source, &options, &compiled, true, None);
    inspection.json().map_err(|error| format!("the report is no JSON: {error}"))?;
    inspection.text(None);
    inspection.text(Some(1));
    inspection.html();
    stage("taking apart");
    if let Err(why) = source.parts() {
        one_line(&why)?;
    }
    match compiled {
        Err(error) => one_line(&error).map(|()| Came::Uncompiled),
        Ok(compiled) => {
            compiled.plan.validate().map_err(|error| format!("the plan is invalid: {error}"))?;
            if !number.is_multiple_of(PACKAGED) {
                return Ok(Came::Compiled);
            }
            stage("packaging");
            packaged(&compiled, number / PACKAGED).map(|()| Came::Packaged)
        }
    }
}

/// Makes a component, in a way that depends on `turn`.
fn packaged(compiled: &Compiled, turn: u64) -> Result<(), String> {
    let preset = match turn % 3 {
        0 => None,
        1 => cli::recipe("imagenet", compiled).ok(),
        _ => cli::recipe("mnist", compiled).ok(),
    };
    let classes = compiled.plan.outputs.first().and_then(|output| output.shape.last()).copied().unwrap_or(0);
    let labels = match turn % 2 {
        0 => Texts::default(),
        _ => (0..classes.min(MOST_LABELS)).map(|class| format!("class {class}")).collect(),
    };
    let simd = if turn.is_multiple_of(4) { Simd::Plain } else { Simd::Relaxed };
    let card = Card { name: "fuzz".into(), version: "1.0.0".into(), labels, ..Card::default() };
    match package::package(compiled, card, preset, simd) {
        Err(error @ package::Error::Template(_)) => Err(error.to_string()),
        Err(error) => one_line(&error),
        Ok(_) => Ok(()),
    }
}

/// A message is one line.
fn one_line(message: &dyn std::fmt::Display) -> Result<(), String> {
    let text = message.to_string();
    if text.contains('\n') { Err(format!("a message of several lines: {text:?}")) } else { Ok(()) }
}
