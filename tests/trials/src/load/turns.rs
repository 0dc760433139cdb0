//! Deploys and rolls back, and notes when.

use super::{MODEL, VERSIONS};
use crate::client::Client;
use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Which version was live when. Each is live at some moment after it was asked for, and is not any more when the next
/// one is acknowledged.
pub struct Turns {
    turns: Vec<Turn>,
}

struct Turn {
    version: &'static str,
    asked: Instant,
    acknowledged: Instant,
}

impl Turns {
    /// Deploys the first version.
    pub fn begin(client: &Client) -> Result<Self> {
        let mut turns = Self { turns: vec![] };
        turns.change(client, "deploy", json!({ "model": MODEL, "version": VERSIONS[0] }), VERSIONS[0])?;
        Ok(turns)
    }

    /// Deploys the second version and goes back to the first, again and again.
    pub fn take(&mut self, client: &Client, turn: Duration, ended: &AtomicBool) -> Result<()> {
        let mut result = Ok(());
        while result.is_ok() && !ended.load(Ordering::Relaxed) {
            std::thread::sleep(turn);
            result = if self.turns.len() % 2 == 1 {
                self.change(client, "deploy", json!({ "model": MODEL, "version": VERSIONS[1] }), VERSIONS[1])
            } else {
                self.change(client, "rollback", json!({ "model": MODEL }), VERSIONS[0])
            };
        }
        result
    }

    fn change(&mut self, client: &Client, how: &str, body: Value, version: &'static str) -> Result<()> {
        let asked = Instant::now();
        let answer = client.post(&format!("/api/v1/{how}"), body.to_string().as_bytes());
        let answer = answer.map_err(|lost| anyhow!("no answer to {how}: {}", lost.0))?;
        if answer.status != 200 || answer.body["versions"][0]["version"] != version {
            bail!("{how} to {version} is answered with {answer:?}");
        }
        self.turns.push(Turn { version, asked, acknowledged: Instant::now() });
        Ok(())
    }

    pub fn count(&self) -> usize {
        self.turns.len()
    }

    /// The versions that were live at some moment between these.
    pub fn live(&self, begin: Instant, end: Instant) -> Vec<&'static str> {
        let over = self.turns.iter().skip(1).map(|next| Some(next.acknowledged)).chain([None]);
        let turns = self.turns.iter().zip(over);
        let live = turns.filter(|(turn, over)| turn.asked <= end && over.is_none_or(|over| over >= begin));
        live.map(|(turn, _)| turn.version).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_live_from_when_it_is_asked_for_until_the_next_is_acknowledged() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let turn = |version, asked, acknowledged| Turn { version, asked: at(asked), acknowledged: at(acknowledged) };
        let turns = Turns { turns: vec![turn("old", 0, 1), turn("new", 10, 11)] };
        assert_eq!(turns.live(at(2), at(9)), ["old"]);
        assert_eq!(turns.live(at(9), at(10)), ["old", "new"]);
        assert_eq!(turns.live(at(11), at(12)), ["old", "new"]);
        assert_eq!(turns.live(at(12), at(13)), ["new"]);
    }
}
