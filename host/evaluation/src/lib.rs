//! Data sets, evaluations of models on them, and the reports that they come to. It knows nothing of engines: what is
//! evaluated is whatever answers samples.
//!
//! # Layout
//! - `report/`: what an evaluation came to, as data
#![forbid(unsafe_code)]

pub mod report;
