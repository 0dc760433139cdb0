//! The truth about a model: labelled data, answers to it, and the report of what they came to. Knows no engine: whoever
//! has one lends a [`Scorer`](run::Scorer).
//!
//! # Layout
//! - `data/`: samples with the truth about them, in folders, tables and archives
//! - `run/`: answers to all samples, on all cores, resumable
//! - `gate/`: conditions on a report
//! - `summary/`: what the answers come to; `report/`: how that is written
#![forbid(unsafe_code)]

pub mod data;
pub mod gate;
pub mod report;
pub mod run;
pub mod summary;

pub use report::Report;

/// A placeholder until the page lands.
pub mod html {
    /// The page.
    pub fn page(report: &super::Report) -> String {
        format!("<!DOCTYPE html><title>{}</title>", report.model.name)
    }
}
