//! Runs ONNX's node tests and tells what came of them.
#![forbid(unsafe_code)]

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use maasm_conformance::crew::Crew;
use maasm_conformance::engines::Engine;
use maasm_conformance::suite::{Suite, Test};
use maasm_conformance::table::Row;
use maasm_conformance::verdict::Verdict;
use maasm_conformance::worker;
use std::path::PathBuf;

/// Where the tests lie once they are written.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/conformance");

#[derive(Parser)]
#[command(about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run tests and tell everything about each of them, separated by tabs.
    Show {
        /// Parts of the names of tests, or operators; all tests if there are none.
        wanted: Vec<String>,
        /// Leave tract out.
        #[arg(long)]
        without_tract: bool,
    },
    /// Run the tests whose names are read, for a process that watches this one.
    #[command(hide = true)]
    Worker { engine: Engine, folder: PathBuf },
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Show { wanted, without_tract } => show(&suite()?, &wanted, without_tract),
        Command::Worker { engine, folder } => worker::work(engine, &Suite::read(&folder)?),
    }
}

fn suite() -> Result<Suite> {
    let python = std::env::var_os("MAASM_PYTHON")
        .context("MAASM_PYTHON names no Python with onnx; `cargo xtask conformance` provides one")?;
    Suite::generated(python.as_ref(), FOLDER.as_ref())
}

fn show(suite: &Suite, wanted: &[String], without_tract: bool) -> Result<()> {
    let matches = |test: &&Test| {
        wanted.is_empty() || wanted.iter().any(|part| test.operator == *part || test.name.contains(part.as_str()))
    };
    let tests: Vec<&Test> = suite.tests.iter().filter(matches).collect();
    let crew = Crew::new(&std::env::current_exe()?);
    let maasm = crew.run(Engine::Maasm, suite, &tests)?;
    let tract = if without_tract {
        vec![Verdict::unsupported("left out"); tests.len()]
    } else {
        crew.run(Engine::Tract, suite, &tests)?
    };
    for ((test, maasm), tract) in tests.iter().zip(maasm).zip(tract) {
        println!("{}", Row::new(test, maasm, tract).line(true));
    }
    Ok(())
}
