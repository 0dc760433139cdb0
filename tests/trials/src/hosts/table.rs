//! What came of it, as Markdown.

use super::{Compared, Sort};
use std::time::Duration;

/// One row for each host.
pub fn markdown(compared: &[Compared]) -> String {
    let mut text = String::from(
        "| host | asked | first start, ms | later start, ms | one answer, ms | same logits |\n|---|---|---:|---:|---:|---|\n",
    );
    for Compared { name, sort, starts: [first, later], answer, same, .. } in compared {
        let asked = match sort {
            Sort::Served => "over HTTP",
            Sort::Embedded => "in a program",
            Sort::Command => "by a run for each answer",
        };
        let [first, later, answer] = [first, later, answer].map(|time| milliseconds(*time));
        let same = if *same { "yes" } else { "**no**" };
        text += &format!("| {name} | {asked} | {first} | {later} | {answer} | {same} |\n");
    }
    text
}

fn milliseconds(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1e3;
    if milliseconds < 100.0 { format!("{milliseconds:.1}") } else { format!("{milliseconds:.0}") }
}
