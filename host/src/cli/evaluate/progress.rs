//! How far it is, where somebody looks.

use indicatif::{ProgressBar, ProgressStyle};
use maasm_evaluation::run::Progress;
use std::io::{IsTerminal, stderr};

/// A bar with rate and remaining time.
pub struct Bar(Option<ProgressBar>);

impl Bar {
    pub fn new() -> Self {
        Self(stderr().is_terminal().then(|| {
            let template = "{msg} {wide_bar} {pos}/{len} {per_sec} {eta}";
            ProgressBar::new(0).with_style(ProgressStyle::with_template(template).expect("the template is sound"))
        }))
    }

    pub fn tell(&self, what: &str, progress: Progress) {
        let Some(bar) = &self.0 else { return };
        if progress.done == progress.resumed {
            bar.reset();
            bar.set_message(what.to_owned());
            bar.set_length(progress.samples as u64);
            // What was done before says nothing about the rate.
            bar.set_position(progress.resumed as u64);
            bar.reset_eta();
        }
        bar.set_position(progress.done as u64);
    }

    pub fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
