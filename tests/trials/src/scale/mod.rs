//! Many versions are registered on one server. What they cost while nobody asks them is beside nothing.
//!
//! # Layout
//! - `measure`: what one start of a server takes; `table`: two servers side by side

mod measure;
mod table;

use crate::models;
use anyhow::Result;
use fastrand::Rng;
use maasm_app::Service;
use maasm_engine::{CachePolicy, Engine, EngineOptions};
use maasm_registry::{Intent, Provenance, Reference, Registry, Selector};
use measure::{Asked, Measured, Meter, Subject};
use semver::Version;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program.
    pub maasm: PathBuf,
    /// How many versions the full server has.
    pub versions: u64,
    /// How many of them are networks, which are asked. The others are made by hand, and as real to the registry.
    pub networks: u64,
    /// How often the servers take turns.
    pub rounds: usize,
    /// What the random choices begin with.
    pub seed: u64,
}

const MODEL: &str = "many";
/// Starts in a round with the models' code on disk; there is one without, since compiling takes its time.
const STARTS: usize = 5;
/// Memory for models while they are registered, in bytes: each is needed once.
const IN_MEMORY: u64 = 16 << 20;

/// Measures a server with one version beside one with many, and gives the table, as Markdown.
///
/// # Errors
/// If a version cannot be published, or a server does not answer.
pub fn run(settings: &Settings) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let few = register(&folder.path().join("few"), 1, 1)?;
    let many = register(&folder.path().join("many"), settings.versions, settings.networks)?;
    let mut subjects = [(few, Measured::default()), (many, Measured::default())];
    let mut random = Rng::with_seed(settings.seed);
    let meter = Meter { maasm: &settings.maasm, picture: models::picture()?, log: folder.path().join("log") };
    // The first starts fill the machine's caches and do not count.
    for (subject, _) in &subjects {
        meter.with_code(subject, &mut random, &mut Measured::default())?;
    }
    for _ in 0..settings.rounds {
        for _ in 0..STARTS {
            for (subject, measured) in &mut subjects {
                meter.with_code(subject, &mut random, measured)?;
            }
        }
        for (subject, measured) in &mut subjects {
            meter.without_code(subject, &mut random, measured)?;
        }
    }
    let [(_, few), (_, many)] = &subjects;
    Ok(table::markdown(settings, few, many))
}

/// Publishes so many versions in a folder, the networks evenly among them, and deploys the first, which is one.
fn register(folder: &Path, versions: u64, networks: u64) -> Result<Subject> {
    let start = Instant::now();
    let registry = Registry::open(folder)?;
    let cache = CachePolicy::Directory(registry.code_folder());
    let service = Service::new(registry, Engine::new(EngineOptions { cache, ..EngineOptions::default() })?, IN_MEMORY);
    let file = folder.join("component.wasm");
    let every = versions.div_ceil(networks);
    let mut asked = Vec::new();
    for index in 0..versions {
        let version = Version::new(1, index, 0);
        let text = version.to_string();
        let is_network = index % every == 0;
        let component = if is_network { models::network(MODEL, &text)? } else { models::by_hand(MODEL, &text) };
        std::fs::write(&file, component)?;
        let provenance = Provenance { by: "trial".into(), how: "made for a trial".into(), ..Provenance::default() };
        let record = service.publish(&Intent::local(), &file, provenance)?;
        if is_network {
            let code = format!("{}.cache", record.facts.digest.trim_start_matches("blake3:"));
            asked.push(Asked { version, code: service.registry().code_folder().join(code) });
        }
    }
    std::fs::remove_file(file)?;
    service.deploy(
        &Intent::local(),
        &Reference { name: MODEL.into(), selector: Selector::Exact(asked[0].version.clone()) },
    )?;
    eprintln!("  {versions} versions registered in {:.1} s", start.elapsed().as_secs_f64());
    Ok(Subject { folder: folder.to_owned(), asked })
}
