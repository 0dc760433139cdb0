//! What `maasm push` and `maasm pull` have in common.

use super::deploy;
use super::place::{At, Document};
use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use maasm_registry::oci::remote::{Options, Progress, Tally};
use maasm_server::Published;
use std::io::{IsTerminal, stderr};

/// How to transfer.
pub fn options(insecure: bool) -> Options {
    Options { insecure, ..Options::default() }
}

/// Tells what was transferred.
pub fn show(at: &At, published: &Published, what: &str) -> Result<()> {
    at.tell(&Document::from(serde_json::to_string(published)?), |Published { version, deployment }| {
        let text =
            format!("{} {} {what}\n  component {}\n", version.facts.name, version.facts.version, version.component);
        Ok(text + &deployment.as_ref().map(deploy::text).unwrap_or_default())
    })
}

/// A progress bar, where somebody looks.
pub struct Bar {
    bar: Option<ProgressBar>,
    tally: Tally,
}

impl Bar {
    pub fn new(what: &'static str) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let template = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
            let style = ProgressStyle::with_template(template).expect("the template is sound");
            ProgressBar::new(0).with_style(style).with_message(what)
        });
        Self { bar, tally: Tally::default() }
    }

    /// Shows what has moved; without a terminal, tells only what is tried again.
    pub fn tell(&self, progress: Progress) {
        if let Progress::Waiting { reason, pause } = &progress {
            let line = format!("{reason}; trying again in {} s", pause.as_secs_f32());
            return self.bar.as_ref().map_or_else(|| eprintln!("note: {line}"), |bar| bar.println(&line));
        }
        if let (Some((moved, size)), Some(bar)) = (self.tally.add(&progress), &self.bar) {
            bar.set_length(size);
            bar.set_position(moved);
        }
    }

    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
