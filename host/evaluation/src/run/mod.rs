//! Answers to all samples: on all cores, resumable, the same whatever the number of threads.
//!
//! # Layout
//! - `scorer`: what whoever has an engine lends
//! - `work`: threads take chunks of samples and answer them
//! - `record`: a chunk's answers as bytes; `checkpoint`: the file that they are appended to, and what is left of it after a
//!   process was killed
//! - `answers`: reading them

mod answers;
mod checkpoint;
mod record;
mod scorer;
mod work;

pub use answers::Answers;
pub use checkpoint::CheckpointError;
pub use record::{Answer, Times};
pub use scorer::{Fault, Scored, Scorer, Scorers, Thumbnail};
pub use work::{Effort, Options, Progress, RunError, run};
