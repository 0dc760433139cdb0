//! What whoever has an engine lends.

use super::Times;

/// Answers samples, one after the other.
pub trait Scorer {
    /// The answer to a sample: one number for each class (its probability), or the numbers that the model gives.
    ///
    /// # Errors
    /// Why there is none.
    fn score(&mut self, sample: &[u8]) -> Result<Scored, Fault>;

    /// A sample as a small picture, neither side longer than so many pixels; none if it is no picture.
    fn thumbnail(&mut self, sample: &[u8], longest: u32) -> Option<Thumbnail>;
}

/// Makes scorers, one for each thread.
pub trait Scorers: Sync {
    /// What it makes.
    type Scorer: Scorer;

    /// Makes one.
    ///
    /// # Errors
    /// Why there is none, in a sentence.
    fn scorer(&self) -> Result<Self::Scorer, String>;
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// The numbers.
    pub values: Vec<f32>,
    /// How long each part took.
    pub times: Times,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This sample has none; others may.
    Sample(String),
    /// No other sample will have one.
    Engine(String),
}

/// A small picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Red, green, blue of each pixel, row by row.
    pub pixels: Vec<u8>,
}
