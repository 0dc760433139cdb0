//! Runs the trials.
#![forbid(unsafe_code)]

use anyhow::Result;
use clap::{Parser, Subcommand};
use maasm_trials::{chaos, hosts, load, scale};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

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
    /// Measure a server with many versions beside one with one.
    Scale {
        /// How many.
        #[arg(long, default_value_t = 2000)]
        versions: u64,
        /// How many of them are networks, which can be asked; the others are made by hand.
        #[arg(long, default_value_t = 20)]
        networks: u64,
        /// How often each server is measured.
        #[arg(long, default_value_t = 10)]
        rounds: usize,
        /// The file for the table.
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Let two versions take turns under load.
    Load {
        /// How many seconds.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
        /// How long each is live, in milliseconds.
        #[arg(long, default_value_t = 100)]
        turn: u64,
        /// How many connections `wrk` holds; two for each core if absent.
        #[arg(long)]
        connections: Option<usize>,
    },
    /// Have one component answer in every host that is there, and print a table.
    Hosts {
        /// The component.
        #[arg(long)]
        component: PathBuf,
        /// The model's name.
        #[arg(long)]
        model: String,
        /// A picture of at most 30 KB.
        #[arg(long)]
        picture: PathBuf,
        /// How often each host is started.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// How many more answers each start gives.
        #[arg(long, default_value_t = 10)]
        requests: usize,
    },
}

/// What scale chooses is the same every time.
const SEED: u64 = 2000;
/// Clients that check every answer while `wrk` makes the load.
const CHECKERS: usize = 2;

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
        Trial::Scale { versions, networks, rounds, output } => {
            let table = scale::run(&scale::Settings { maasm, versions, networks, rounds, seed: SEED })?;
            print!("{table}");
            if let Some(output) = output {
                std::fs::write(output, table)?;
            }
        }
        Trial::Load { seconds, turn, connections } => {
            let cores = std::thread::available_parallelism()?.get();
            let wrk = Some(connections.unwrap_or(2 * cores));
            let (duration, turn) = (Duration::from_secs(seconds), Duration::from_millis(turn));
            println!("{}", load::run(&load::Settings { maasm, duration, turn, checkers: CHECKERS, wrk })?);
        }
        Trial::Hosts { component, model, picture, rounds, requests } => {
            let folder = tempfile::tempdir()?;
            let service = folder.path().join("service.wasm");
            std::fs::write(&service, maasm_export::compose::compose(&component)?)?;
            let settings = hosts::Settings {
                maasm,
                model,
                component,
                service: Some(service),
                picture,
                folder: folder.path().to_owned(),
            };
            let compared = hosts::run(&settings, rounds, requests)?;
            print!("{}", hosts::markdown(&compared));
            if let Some(other) = compared.iter().find(|host| !host.same) {
                anyhow::bail!("{} gives other logits", other.name);
            }
        }
    }
    Ok(())
}
