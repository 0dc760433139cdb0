//! Reading answers.

use super::checkpoint::{Checkpoint, CheckpointError};
use super::record::Answer;
use std::fs;

/// The answers to all samples of a data set. They are on disk; what reads them has a chunk of them in memory.
#[derive(Debug)]
pub struct Answers {
    pub(super) checkpoint: Checkpoint,
}

impl Answers {
    /// How many samples there are.
    pub fn samples(&self) -> usize {
        self.checkpoint.samples()
    }

    /// How many numbers an answer has.
    pub fn width(&self) -> usize {
        self.checkpoint.width()
    }

    /// Calls this with each sample's index and answer, in order.
    ///
    /// # Errors
    /// If they cannot be read any more.
    pub fn each(&self, mut see: impl FnMut(usize, Answer)) -> Result<(), CheckpointError> {
        for chunk in 0..self.checkpoint.chunks() {
            let answers = self.checkpoint.read(chunk)?;
            self.checkpoint.range(chunk).zip(answers).for_each(|(index, answer)| see(index, answer));
        }
        Ok(())
    }

    /// Removes them from disk: what they came to has been written down.
    pub fn discard(self) {
        if let Some(path) = self.checkpoint.path() {
            // What stays takes up space and does no harm.
            let _ = fs::remove_file(path);
        }
    }
}
