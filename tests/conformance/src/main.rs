//! Runs ONNX's node tests and tells what came of them.
#![forbid(unsafe_code)]

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use maasm_conformance::changes::Changes;
use maasm_conformance::crew::Crew;
use maasm_conformance::engines::Engine;
use maasm_conformance::report::{self, Versions};
use maasm_conformance::suite::{self, Suite, Test};
use maasm_conformance::table::{self, Row};
use maasm_conformance::verdict::{Status, Verdict};
use maasm_conformance::worker;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Parser)]
#[command(about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run all tests and write what came of them to docs/.
    Write,
    /// Run tests and tell everything about each, separated by tabs: its line in docs/conformance.tsv, then details.
    Show {
        /// Operators, or parts of the names of tests; all tests if there are none.
        wanted: Vec<String>,
        /// Leave tract out.
        #[arg(long)]
        without_tract: bool,
    },
    /// Run the tests whose names are read, for a process that watches this one.
    #[command(hide = true)]
    Worker { engine: Engine, folder: PathBuf },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Write => write(&suite()?),
        Command::Show { wanted, without_tract } => show(&suite()?, &wanted, without_tract),
        Command::Worker { engine, folder } => worker::work(engine, &Suite::read(&folder)?),
    }
}

fn suite() -> Result<Suite> {
    let python = std::env::var_os("MAASM_PYTHON")
        .context("MAASM_PYTHON names no Python with onnx; `cargo xtask conformance` provides one")?;
    Suite::generated(python.as_ref(), Path::new(suite::FOLDER))
}

fn write(suite: &Suite) -> Result<()> {
    let crew = Crew::new(&std::env::current_exe()?);
    let tests: Vec<&Test> = suite.tests.iter().collect();
    let maasm = crew.run(Engine::Maasm, suite, &tests)?;
    let tract = crew.run(Engine::Tract, suite, &tests)?;
    let passed = tract.iter().map(|verdict| verdict.status == Status::Passed);
    let rows: Vec<Row> =
        tests.iter().zip(&maasm).zip(passed).map(|((test, maasm), tract)| Row::new(test, maasm, tract)).collect();
    if let Ok(before) = fs::read_to_string(table::PATH) {
        let changes = Changes::between(&table::read(&before)?, &rows);
        changes.better.iter().for_each(|change| println!("better  {change}"));
        changes.worse.iter().for_each(|change| println!("worse   {change}"));
    }
    let versions = Versions { onnx: suite.onnx.clone(), tract: tract_version()? };
    fs::write(table::PATH, table::write(&rows))?;
    let text = report::markdown(&rows, &versions);
    let page = Path::new(table::PATH).with_extension("md");
    fs::write(page, &text)?;
    let tables = text.split("\n## ").find(|part| part.starts_with("Totals")).unwrap_or_default();
    println!("{}", tables.trim_end());
    Ok(())
}

fn show(suite: &Suite, wanted: &[String], without_tract: bool) -> Result<()> {
    let matches = |test: &&Test| {
        wanted.is_empty() || wanted.iter().any(|part| test.operator == *part || test.name.contains(part.as_str()))
    };
    let tests: Vec<&Test> = suite.tests.iter().filter(matches).collect();
    if tests.is_empty() {
        bail!("no test is about an operator {wanted:?} or has that in its name");
    }
    let crew = Crew::new(&std::env::current_exe()?);
    let maasm = crew.run(Engine::Maasm, suite, &tests)?;
    let tract = match without_tract {
        true => vec![Verdict::unsupported("left out"); tests.len()],
        false => crew.run(Engine::Tract, suite, &tests)?,
    };
    let mut rows = Vec::new();
    for ((test, maasm), tract) in tests.iter().zip(maasm).zip(tract) {
        let row = Row::new(test, &maasm, tract.status == Status::Passed);
        let about_tract = format!("tract: {} {} {}", tract.status.name(), tract.reason, tract.detail);
        println!("{}\t{}\t{}", row.line(), table::one_line(&maasm.detail), table::one_line(about_tract.trim_end()));
        rows.push(row);
    }
    eprintln!("tests | passed | failed | unsupported | passed in tract |\n{}", report::Counts::of(&rows));
    Ok(())
}

/// Which tract this is compiled with.
fn tract_version() -> Result<String> {
    let lock = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock"))?;
    let after = lock.split("name = \"tract-onnx\"\nversion = \"").nth(1).context("Cargo.lock lists no tract-onnx")?;
    Ok(after.split('"').next().unwrap_or_default().to_owned())
}
