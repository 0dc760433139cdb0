//! The commands: one is one file, listed once in [`COMMANDS`].

mod bench;
mod build;
mod conformance;
mod fuzz;
mod hosts;
mod serve;
mod spin;
mod test;
mod trial;

use anyhow::{Result, bail};

/// A command: its name, what it does, and the function that does it.
type Command = (&'static str, &'static str, fn(&[String]) -> Result<()>);

const COMMANDS: &[Command] = &[
    ("build", "compile the component templates and the maasm command, with all optimisations", build::run),
    ("serve", "build, fetch a real model, package it and serve it on 127.0.0.1:3000", serve::run),
    ("test", "check form, lints and licences and run every test; or only those with NAME… in their path", test::run),
    (
        "conformance",
        "run ONNX's node tests here and in tract; writes docs/conformance.md, or shows those of OPERATOR…",
        conformance::run,
    ),
    (
        "fuzz",
        "feed mutated model files to inspect and package: no panic, no hang, no more than 2 GiB; --minutes 10 --seed N",
        fuzz::run,
    ),
    ("bench", "compare with other engines, side by side; writes benches/RESULTS.md; `nn`: through wasi-nn", bench::run),
    ("spin", "make what spin.toml names: a real model and the front", spin::run),
    ("hosts", "one component in third-party hosts, side by side; writes docs/hosts.md", hosts::run),
    (
        "chaos",
        "kill the server at random moments [--kills 500] [--seed N]; nothing acknowledged may be lost",
        trial::chaos,
    ),
    ("scale", "many versions on one server [--versions 2000], beside 1; writes benches/SCALE.md", trial::scale),
    ("load", "deploy and roll back under load [--seconds 20]; no request may fail", trial::load),
];

/// Runs the command that `arguments` begin with.
pub fn run(arguments: &[String]) -> Result<()> {
    match arguments.split_first() {
        None => help(),
        Some((name, _)) if ["help", "--help", "-h"].contains(&name.as_str()) => help(),
        Some((name, rest)) => match COMMANDS.iter().find(|command| command.0 == name) {
            Some((.., function)) => function(rest)?,
            None => bail!("there is no command {name:?}; `cargo xtask help` lists them"),
        },
    }
    Ok(())
}

fn help() {
    println!("cargo xtask COMMAND\n");
    for (name, about, _) in COMMANDS {
        println!("  {name:<13}{about}");
    }
}

/// Refuses arguments, for commands that take none.
fn no_arguments(arguments: &[String]) -> Result<()> {
    match arguments {
        [] => Ok(()),
        [first, ..] => bail!("unexpected argument {first:?}: this command takes none"),
    }
}
