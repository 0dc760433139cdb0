//! A client that notes when it asked and which version answered, to be compared with what was live.

use super::turns::Turns;
use crate::client::Client;
use anyhow::{Result, anyhow, bail};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// An answer.
pub struct Answered {
    begin: Instant,
    end: Instant,
    version: String,
}

/// How many answers were compared, and how many came while two versions were live.
#[derive(Default)]
pub struct Checked {
    pub answers: u64,
    pub between: u64,
}

/// Asks until it is over. A request that fails ends it.
pub fn check(client: &Client, picture: &[u8], ended: &AtomicBool) -> Result<Vec<Answered>> {
    let mut answers = Vec::new();
    while !ended.load(Ordering::Relaxed) {
        let begin = Instant::now();
        let answer = client.post("/api/v1/recognize", picture);
        let answer = answer.map_err(|lost| anyhow!("a request has no answer: {}", lost.0))?;
        let end = Instant::now();
        let Some(version) = answer.body["version"].as_str().filter(|_| answer.status == 200) else {
            bail!("a request fails: {answer:?}");
        };
        answers.push(Answered { begin, end, version: version.into() });
    }
    Ok(answers)
}

impl Checked {
    /// Compares an answer with what was live between its request's beginning and its end.
    pub fn compare(&mut self, answer: &Answered, turns: &Turns) -> Result<()> {
        let live = turns.live(answer.begin, answer.end);
        if !live.contains(&answer.version.as_str()) {
            bail!("{} answered while only {live:?} was live", answer.version);
        }
        self.answers += 1;
        self.between += u64::from(live.len() > 1);
        Ok(())
    }
}
