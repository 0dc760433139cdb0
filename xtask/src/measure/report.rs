//! The table of how long engines took.

use super::{median, median_ratio};
use serde_json::{Value, json};
use std::fmt::Write;

/// One engine's times on one network, in milliseconds, round by round.
pub struct Row {
    /// What the engine is called.
    pub engine: String,
    /// From its start to its first answer.
    pub cold: Vec<f64>,
    /// One answer.
    pub warm: Vec<f64>,
}

/// All engines' times on one network; the first row is what the others are compared with.
pub struct Network {
    /// What the network is called.
    pub name: String,
    /// One for each engine.
    pub rows: Vec<Row>,
}

/// Everything that was measured.
pub struct Results {
    /// What it was measured on and with.
    pub setting: Vec<(&'static str, String)>,
    /// One for each network.
    pub networks: Vec<Network>,
}

impl Results {
    /// For people.
    pub fn markdown(&self) -> String {
        let mut text = String::from("# Results of `cargo xtask bench`\n\n");
        text.push_str("Milliseconds, medians; in brackets the ratio to the first row, the median of the ratios ");
        text.push_str("round by round. What the words mean and how it is measured: [README.md](README.md).\n");
        for network in &self.networks {
            write!(text, "\n## {}\n\n| | cold | warm |\n|---|---:|---:|\n", network.name).expect("a string grows");
            let first = &network.rows[0];
            for row in &network.rows {
                let cell = |of: &[f64], to: &[f64]| format!("{} ({:.2})", shown(median(of)), median_ratio(of, to));
                let (cold, warm) = (cell(&row.cold, &first.cold), cell(&row.warm, &first.warm));
                writeln!(text, "| {} | {cold} | {warm} |", row.engine).expect("a string grows");
            }
        }
        text.push('\n');
        for (what, value) in &self.setting {
            writeln!(text, "- {what}: {value}").expect("a string grows");
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let setting: serde_json::Map<_, _> =
            self.setting.iter().map(|(what, value)| ((*what).to_owned(), json!(value))).collect();
        let rows = |rows: &[Row]| -> Vec<Value> {
            rows.iter().map(|row| json!({ "engine": row.engine, "cold_ms": row.cold, "warm_ms": row.warm })).collect()
        };
        let networks: Vec<_> =
            self.networks.iter().map(|network| json!({ "name": network.name, "rows": rows(&network.rows) })).collect();
        json!({ "setting": setting, "networks": networks })
    }
}

/// Three digits that count.
fn shown(milliseconds: f64) -> String {
    let digits = if milliseconds >= 100.0 {
        0
    } else if milliseconds >= 10.0 {
        1
    } else {
        2
    };
    format!("{milliseconds:.digits$}")
}
