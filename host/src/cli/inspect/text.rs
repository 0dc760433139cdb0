//! The report as aligned text.

use super::figures::{bytes, grouped, percent, shape};
use super::memory::Memory;
use super::report::{Cost, Port, Report};
use super::tree::{self, Row, Totals};
use super::unsupported::{self, Unsupported};
use crate::cli::table::{aligned, printable};
use std::fmt::Write;

/// How wide the column of headings is.
const HEADING: usize = 12;

/// The whole report; groups of layers at `depth` are not opened.
pub(super) fn write(report: &Report, depth: Option<usize>) -> String {
    let mut text = String::new();
    let sets: Vec<_> = report.operator_sets.iter().map(|(domain, version)| format!("{domain} {version}")).collect();
    line(&mut text, "model", &format!("{} ({})", report.name, sets.join(", ")));
    if !report.producer.is_empty() {
        line(&mut text, "made by", &report.producer);
    }
    line(&mut text, "digest", &report.digest);
    block(&mut text, "inputs", &ports(&report.inputs));
    block(&mut text, "outputs", &ports(&report.outputs));
    line(&mut text, "operators", &operators(report));
    line(&mut text, "parameters", &parameters(report));
    if !report.unused_parameters.is_empty() {
        line(&mut text, "unused", &unused(&report.unused_parameters));
    }
    match &report.compiled {
        Some(cost) => compiled(&mut text, cost),
        None => not_compiled(&mut text, report),
    }
    layers(&mut text, report, depth);
    text
}

fn compiled(text: &mut String, cost: &Cost) {
    line(text, "compiles", &format!("yes, to {} steps", cost.step_count));
    cost.notes.iter().for_each(|note| line(text, "note", &note.to_string()));
    let gflop = cost.flops as f64 / 1e9;
    let work = format!("{} multiply-accumulates ({gflop:.2} GFLOP)", grouped(cost.multiply_accumulates));
    line(text, "work", &work);
    if cost.int8_layers > 0 {
        let all = cost.int8_layers + cost.float_layers;
        line(text, "int8", &format!("{} of {all} convolutions and dense layers", cost.int8_layers));
    }
    if let Some(scores) = cost.scores {
        line(text, "scores", scores.explained());
    }
    memory(text, &cost.memory);
    if let Some(time) = &cost.time {
        let measured = "measured natively on this machine, one thread, random input";
        line(text, "time", &format!("{:.2} ms, median of {} runs, {measured}", time.milliseconds, time.runs));
    }
}

fn memory(text: &mut String, memory: &Memory) {
    const SHOWN: usize = 4;
    let (constants, arena) = (bytes(memory.constants_bytes), bytes(memory.arena_bytes));
    line(text, "memory", &format!("{constants} of constants, {arena} of arena"));
    let at_peak = memory.at_peak();
    if at_peak.is_empty() {
        return;
    }
    let peak =
        format!("fullest at step {}: {} in {} buffers", memory.peak_step, bytes(memory.peak_bytes), at_peak.len());
    line(text, "", &peak);
    let row = |buffer: &&super::memory::Buffer| {
        let kind = format!("{:?}", buffer.kind).to_lowercase();
        [bytes(buffer.bytes), kind, buffer.name.clone(), buffer.life()]
    };
    let rows = aligned(at_peak.iter().take(SHOWN).map(row).collect(), [true, false, false, false]);
    rows.iter().for_each(|row| line(text, "", &format!("  {row}")));
    if at_peak.len() > SHOWN {
        line(text, "", &format!("  and {} more", at_peak.len() - SHOWN));
    }
}

fn not_compiled(text: &mut String, report: &Report) {
    if let Some(problem) = &report.problem {
        line(text, "compiles", &format!("no: {problem}"));
        return;
    }
    let found: &[Unsupported] = &report.unsupported;
    line(text, "compiles", &format!("no, {} nodes stand in the way", found.len()));
    for group in unsupported::grouped(found) {
        let count = if group.nodes.len() > 1 { format!("{} × ", group.nodes.len()) } else { String::new() };
        line(text, "", &format!("{count}{} ({})", group.operator, group.first_nodes()));
        line(text, "", &format!("  why   {}", group.reason));
        line(text, "", &format!("  do    {}", group.remedy));
    }
    line(text, "", "Nodes that read what these make were not looked at.");
}

fn ports(ports: &[Port]) -> Vec<String> {
    let row = |port: &Port| [port.name.clone(), port.element_type.clone(), shape(&port.shape)];
    aligned(ports.iter().map(row).collect(), [false; 3])
}

/// The most frequent first.
fn operators(report: &Report) -> String {
    let mut operators: Vec<_> = report.operators.iter().collect();
    operators.sort_by_key(|&(name, &count)| (std::cmp::Reverse(count), name));
    let parts: Vec<_> = operators.iter().map(|(name, count)| format!("{count} {name}")).collect();
    format!("{} ({})", report.operators.values().sum::<usize>(), parts.join(", "))
}

fn parameters(report: &Report) -> String {
    let statistics = match report.statistics {
        0 => String::new(),
        count => format!(" and {} running statistics", grouped(count)),
    };
    format!("{}{statistics} ({} of tensors)", grouped(report.parameters), bytes(report.tensor_bytes))
}

fn unused(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{} of the parameters file: {}{more}", names.len(), names[..names.len().min(SHOWN)].join(", "))
}

fn layers(text: &mut String, report: &Report, depth: Option<usize>) {
    if report.layers.is_empty() {
        return;
    }
    let what = if report.compiled.is_some() { "kernel" } else { "operator" };
    let mut rows = vec![["layer", what, "output", "parameters", "MACs", "bytes", "ms", "time"].map(String::from)];
    rows.extend(tree::rows(&report.layers, depth).iter().map(tree_row));
    let total = tree::total(&report.layers);
    rows.push(figures("total".into(), String::new(), String::new(), &total));
    // Columns without content are left out.
    let unknown = match (&report.compiled, total.milliseconds) {
        (None, _) => 4..8,
        (_, None) => 6..8,
        _ => 8..8,
    };
    rows.iter_mut().for_each(|row| row[unknown.clone()].iter_mut().for_each(String::clear));
    text.push('\n');
    for row in aligned(rows, [false, false, false, true, true, true, true, true]) {
        let _ = writeln!(text, "{row}");
    }
}

fn tree_row(row: &Row) -> [String; 8] {
    const WIDEST: usize = 48;
    let mut branch = String::new();
    // The outermost groups stand at the margin.
    for (depth, last) in row.last.iter().enumerate().skip(1) {
        branch += match (depth == row.depth, last) {
            (true, false) => "├ ",
            (true, true) => "└ ",
            (false, false) => "│ ",
            (false, true) => "  ",
        };
    }
    let label = branch + &shortened(&row.label, WIDEST);
    match row.layer {
        Some((_, layer)) => {
            let mark = layer.unsupported.as_ref().map_or("", |_| " ✗");
            let output = if layer.output.is_empty() { String::new() } else { shape(&layer.output) };
            figures(label, layer.kernel.clone() + mark, output, &row.totals)
        }
        None => {
            let marks = match row.totals.unsupported {
                0 => String::new(),
                count => format!(", {count} ✗"),
            };
            figures(label, format!("({} layers{marks})", row.totals.layers), String::new(), &row.totals)
        }
    }
}

fn figures(label: String, kernel: String, output: String, totals: &Totals) -> [String; 8] {
    [
        label,
        kernel,
        output,
        unless_zero(totals.parameters),
        unless_zero(totals.multiply_accumulates),
        bytes(totals.bytes),
        totals.milliseconds.map(|time| format!("{time:.3}")).unwrap_or_default(),
        totals.time_share.map(percent).unwrap_or_default(),
    ]
}

/// Most layers have neither parameters nor multiply-accumulates: blanks are easier on the eye.
fn unless_zero(number: u64) -> String {
    if number == 0 { String::new() } else { grouped(number) }
}

/// The end of a name says more than its beginning.
fn shortened(name: &str, width: usize) -> String {
    match name.chars().count() {
        length if length > width => format!("…{}", name.chars().skip(length - width + 1).collect::<String>()),
        _ => name.into(),
    }
}

fn line(text: &mut String, heading: &str, content: &str) {
    let _ = writeln!(text, "{heading:HEADING$}{}", printable(content));
}

fn block(text: &mut String, heading: &str, rows: &[String]) {
    for (index, row) in rows.iter().enumerate() {
        line(text, if index == 0 { heading } else { "" }, row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_steer_the_terminal() {
        let mut text = String::new();
        line(&mut text, "model", "a\u{1b}[2Jb\nc");
        assert_eq!(text, "model       a\u{fffd}[2Jb\u{fffd}c\n");
    }

    #[test]
    fn long_names_keep_their_end() {
        assert_eq!(shortened("abcdef", 6), "abcdef");
        assert_eq!(shortened("abcdefg", 6), "…cdefg");
    }
}
