//! The report as aligned text.

use super::report::{Port, Report};
use super::steps::Step;
use std::fmt::Write;

/// How wide the column of headings is.
const HEADING: usize = 12;

/// The whole report.
pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    let sets: Vec<_> = report.operator_sets.iter().map(|(domain, version)| format!("{domain} {version}")).collect();
    line(&mut text, "model", &format!("{} ({})", report.name, sets.join(", ")));
    line(&mut text, "digest", &report.digest);
    block(&mut text, "inputs", &ports(&report.inputs));
    block(&mut text, "outputs", &ports(&report.outputs));
    line(&mut text, "operators", &operators(report));
    let parameters = format!("{} ({} of tensors)", grouped(report.parameters), bytes(report.tensor_bytes));
    line(&mut text, "parameters", &parameters);
    if !report.unused_parameters.is_empty() {
        line(&mut text, "unused", &unused(&report.unused_parameters));
    }
    match &report.compiled {
        Some(cost) => {
            line(&mut text, "compiles", &format!("yes, to {} steps", cost.step_count));
            let gflop = cost.flops as f64 / 1e9;
            let work = format!("{} multiply-accumulates ({gflop:.2} GFLOP)", grouped(cost.multiply_accumulates));
            line(&mut text, "work", &work);
            let memory = format!("{} of constants, {} of arena", bytes(cost.constants_bytes), bytes(cost.arena_bytes));
            line(&mut text, "memory", &memory);
            steps(&mut text, &cost.steps);
        }
        None => not_compiled(&mut text, report),
    }
    text
}

fn not_compiled(text: &mut String, report: &Report) {
    if let Some(problem) = &report.problem {
        line(text, "compiles", &format!("no: {problem}"));
        return;
    }
    line(text, "compiles", &format!("no, {} nodes stand in the way", report.unsupported.len()));
    let row = |node: &super::report::Unsupported| [node.operator.clone(), node.node.clone(), node.reason.clone()];
    block(text, "", &aligned(report.unsupported.iter().map(row).collect(), [false; 3]));
}

fn ports(ports: &[Port]) -> Vec<String> {
    let row = |port: &Port| [port.name.clone(), port.element_type.clone(), format!("[{}]", port.shape.join(", "))];
    aligned(ports.iter().map(row).collect(), [false; 3])
}

/// The most frequent first.
fn operators(report: &Report) -> String {
    let mut operators: Vec<_> = report.operators.iter().collect();
    operators.sort_by_key(|&(name, &count)| (std::cmp::Reverse(count), name));
    let parts: Vec<_> = operators.iter().map(|(name, count)| format!("{count} {name}")).collect();
    format!("{} ({})", report.operators.values().sum::<usize>(), parts.join(", "))
}

fn unused(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{} of the parameters file: {}{more}", names.len(), names[..names.len().min(SHOWN)].join(", "))
}

fn steps(text: &mut String, steps: &[Step]) {
    if steps.is_empty() {
        return;
    }
    let heading = ["step", "kernel", "output", "parameters", "MACs", "bytes"].map(String::from);
    let row = |step: &Step| {
        [
            step.name.clone(),
            step.kernel.clone(),
            format!("{:?}", step.output),
            grouped(step.parameters),
            grouped(step.multiply_accumulates),
            grouped(step.bytes),
        ]
    };
    text.push('\n');
    let rows = std::iter::once(heading).chain(steps.iter().map(row)).collect();
    for row in aligned(rows, [false, false, false, true, true, true]) {
        let _ = writeln!(text, "{row}");
    }
}

fn line(text: &mut String, heading: &str, content: &str) {
    let _ = writeln!(text, "{heading:HEADING$}{content}");
}

fn block(text: &mut String, heading: &str, rows: &[String]) {
    for (index, row) in rows.iter().enumerate() {
        line(text, if index == 0 { heading } else { "" }, row);
    }
}

/// Rows with their columns side by side, numbers to the right.
fn aligned<const N: usize>(rows: Vec<[String; N]>, right: [bool; N]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let cell = |row: &[String; N], column: usize| {
        let (cell, width) = (&row[column], widths[column]);
        if right[column] { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
    };
    let joined = |row: &[String; N]| (0..N).map(|column| cell(row, column)).collect::<Vec<_>>().join("  ");
    rows.iter().map(|row| joined(row).trim_end().to_string()).collect()
}

/// 1234567 as 1 234 567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn bytes(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0)),
    }
}
