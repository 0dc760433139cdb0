//! Runs the trials.
#![forbid(unsafe_code)]

use anyhow::Result;
use clap::{Parser, Subcommand};
use maasm_trials::chaos;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(about)]
struct Arguments {
    /// The program `maasm`.
    #[arg(long)]
    maasm: PathBuf,
    #[command(subcommand)]
    trial: Trial,
}

#[derive(Subcommand)]
enum Trial {
    /// Kill the server while it publishes, deploys, moves aliases, deletes and collects garbage.
    Chaos {
        /// How often.
        #[arg(long, default_value_t = 500)]
        kills: u64,
        /// What the random choices begin with; any number if absent.
        #[arg(long)]
        seed: Option<u64>,
        /// How many clients write at once.
        #[arg(long, default_value_t = 4)]
        clients: usize,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(Arguments { maasm, trial }: Arguments) -> Result<()> {
    match trial {
        Trial::Chaos { kills, seed, clients } => {
            let seed = seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
            println!("{}", chaos::run(&chaos::Settings { maasm, kills, seed, clients })?);
        }
    }
    Ok(())
}
