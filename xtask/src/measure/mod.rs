//! Engines taking turns, and the table of how long they took.

mod engine;
mod report;
mod statistics;

pub use engine::{Contender, Engine};
pub use report::{Network, Results, Row};
pub use statistics::{median, median_ratio};
