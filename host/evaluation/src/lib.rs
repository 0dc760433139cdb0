//! The truth about a model: labelled data, answers to it, and the report of what they came to. Knows no engine: whoever
//! has one lends a [`Scorer`](run::Scorer).
//!
//! # Layout
//! - `data/`: samples with the truth about them, in folders, tables and archives
//! - `run/`: answers to all samples, on all cores, resumable
//! - `gate/`: conditions on a report; `html/`: a report as a page to look at
//! - `summary/`: what the answers come to; `report/`: how that is written
//! - `text`: what users write into files
#![forbid(unsafe_code)]

pub mod data;
pub mod gate;
pub mod html;
pub mod report;
pub mod run;
pub mod summary;
pub mod text;

pub use report::Report;
