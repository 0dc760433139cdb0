//! What `maasm push` and `maasm pull` have in common.

use super::data::DataFolder;
use crate::engine::{CachePolicy, Engine, EngineOptions};
use crate::registry::Record;
use crate::registry::digest::Digest;
use crate::registry::oci::remote::{Options, Progress};
use crate::service::Service;
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::HashMap;
use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};

/// The models of the data folder.
pub fn service(data: &DataFolder) -> Result<Service> {
    let registry = data.open()?;
    let cache = CachePolicy::Directory(registry.code_folder());
    let engine = Engine::new(EngineOptions { cache, ..EngineOptions::default() })?;
    Ok(Service::new(registry, engine, 0))
}

/// How to transfer.
pub fn options(insecure: bool) -> Options {
    Options { insecure, ..Options::default() }
}

/// Waits for what goes over the network.
pub fn wait<T>(work: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.context("cannot start a thread for the network")?.block_on(work))
}

/// Tells what was transferred.
pub fn show(record: &Record, json: bool, what: &str) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(record)?);
    } else {
        println!("{} {} {what}", record.facts.name, record.facts.version);
        println!("  component {}", record.component);
    }
    Ok(())
}

/// A progress bar, where somebody looks.
pub struct Bar {
    bar: Option<ProgressBar>,
    /// Of each blob: how many bytes have moved, and how many it has.
    blobs: Mutex<HashMap<Digest, (u64, u64)>>,
}

impl Bar {
    pub fn new(what: &'static str) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let template = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
            let style = ProgressStyle::with_template(template).expect("the template is sound");
            ProgressBar::new(0).with_style(style).with_message(what)
        });
        Self { bar, blobs: Mutex::default() }
    }

    /// Shows what has moved; without a terminal, tells only what is tried again.
    pub fn tell(&self, progress: Progress) {
        let (blob, moved) = match progress {
            Progress::Present { blob, size } => (blob, (size, size)),
            Progress::Moved { blob, bytes, size } => (blob, (bytes, size)),
            Progress::Waiting { reason, pause } => {
                let line = format!("{reason}; trying again in {} s", pause.as_secs_f32());
                return self.bar.as_ref().map_or_else(|| eprintln!("note: {line}"), |bar| bar.println(&line));
            }
        };
        let mut blobs = self.blobs.lock().unwrap_or_else(PoisonError::into_inner);
        blobs.insert(blob, moved);
        if let Some(bar) = &self.bar {
            bar.set_length(blobs.values().map(|(_, size)| size).sum());
            bar.set_position(blobs.values().map(|(bytes, _)| bytes).sum());
        }
    }

    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
