//! What a host makes of a picture, as the programs in `examples/` tell it.

/// The likeliest classes and all outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// Scores and labels, likeliest first.
    pub ranked: Vec<(f32, String)>,
    /// Names and values.
    pub outputs: Vec<(String, Vec<f32>)>,
}

impl Answers {
    /// Reads lines such as `0.75 tiger cat`, then lines such as `scores: [0.5, -2.25]`. Numbers may have more digits than
    /// an f32 needs.
    #[track_caller]
    pub fn read(text: &str) -> Self {
        let mut answers = Self { ranked: Vec::new(), outputs: Vec::new() };
        for line in text.lines() {
            match line.strip_suffix(']').and_then(|line| line.split_once(": [")) {
                Some((name, values)) => {
                    answers.outputs.push((name.to_owned(), values.split(", ").map(number).collect()));
                }
                None => {
                    let (score, label) = line.split_once(' ').unwrap_or_else(|| panic!("{line:?} is no answer"));
                    answers.ranked.push((number(score), label.to_owned()));
                }
            }
        }
        answers
    }
}

#[track_caller]
fn number(text: &str) -> f32 {
    text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"))
}
