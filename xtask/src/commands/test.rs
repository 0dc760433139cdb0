//! `cargo xtask test`

mod tally;

use crate::workspace::Profile;
use crate::{browser, guest, layers, licences, node, process, python, unpacked, workspace};
use anyhow::{Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use tally::Tally;

/// What is compiled for WebAssembly and tested.
const GUESTS: [guest::Guest; 4] = [guest::MODEL, guest::MODEL_NN, guest::API, guest::SELF_CHECK];

/// Checks form, lints and licences, then runs every test. The last line tells how many passed, failed and were skipped.
/// With arguments, runs only the tests whose path contains one of them, and no checks.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    if let Some(option) = arguments.iter().find(|argument| argument.starts_with('-')) {
        bail!("unexpected option {option:?}: this command takes parts of tests' names");
    }
    let is_whole = arguments.is_empty();
    if is_whole {
        process::step("checking the code's form", || {
            process::run(workspace::cargo().args(["fmt", "--all", "--check"]))
        })?;
        process::step("checking what the crates use", layers::check)?;
        process::step("checking the dependencies' licences", licences::check)?;
    }
    let mut compile = cargo_test();
    compile.arg("--no-run");
    let (toolchain, surroundings) =
        process::beside(Surroundings::install, || guest::build_beside(&GUESTS, &mut compile, "compiling the tests"))?;
    if is_whole {
        process::step("running clippy on the guests", || guest::lint(&toolchain, &GUESTS))?;
        // With the tests' profile, so that build scripts and macros are compiled once for both.
        process::step("running clippy", || {
            let mut clippy = workspace::cargo();
            clippy.args(["clippy", "--all-targets"]).args(workspace::PACKAGES).args(["--", "-D", "warnings"]);
            process::run(&mut clippy)
        })?;
    }
    let mut tally = Tally::default();
    let succeeded = process::step("running the tests", || {
        let mut test = cargo_test();
        surroundings.tell(&mut test);
        test.env("MAASM_CODE_DIR", code_folder()?);
        // Tests tell what they measured, and why they are skipped.
        test.args(["--no-fail-fast", "--"]).args(arguments).arg("--show-output");
        process::watch(&mut test, |line| tally.read(line))
    })?;
    println!("{tally}");
    if !succeeded {
        bail!("not every test passed");
    }
    if tally.is_empty() {
        bail!("no test has {} in its path", arguments.join(" or "));
    }
    Ok(())
}

/// `cargo test` for everything that has tests. Examples are compiled by clippy alone, and no documentation has any.
fn cargo_test() -> Command {
    let mut test = workspace::cargo();
    test.arg("test").args(Profile::Quick.arguments()).arg("--tests").args(workspace::PACKAGES);
    test
}

/// An empty folder for compiled code: what one test has compiled, the others need not.
fn code_folder() -> Result<PathBuf> {
    let folder = workspace::target()?.join("tests/code");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Programs and packages by others that tests need.
struct Surroundings {
    variables: Vec<(&'static str, PathBuf)>,
}

impl Surroundings {
    /// Installs what is missing.
    fn install() -> Result<Self> {
        let found = [
            ("MAASM_PYTHON", Some(python::with_packages("test")?)),
            ("MAASM_DOCKER_REGISTRY", unpacked::find(&unpacked::DOCKER_REGISTRY)?),
            ("MAASM_NATS_SERVER", unpacked::find(&unpacked::NATS_SERVER)?),
            ("MAASM_BROWSER", browser::find()?),
            ("MAASM_JCO", node::with(node::JCO)?),
        ];
        Ok(Self { variables: found.into_iter().filter_map(|(name, path)| Some((name, path?))).collect() })
    }

    /// Tells a program where everything is.
    fn tell(&self, command: &mut Command) {
        command.envs(self.variables.iter().map(|(name, path)| (name, path)));
    }
}
