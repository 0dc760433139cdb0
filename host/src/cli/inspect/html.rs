//! The report as one page that needs nothing else: no network, no files beside it.
//!
//! Everything that comes from the model goes through `maud`, which escapes it: a name may hold `<script>`.
//!
//! # Layout
//! - `drawing`: the source graph; `layout` places it, `family` colours it
//! - `memory`: the arena as a picture

mod drawing;
mod family;
mod layout;
mod memory;

use super::figures::{bytes, grouped, percent, shape};
use super::report::{Cost, Port, Report};
use super::tree::{self, Row, Totals};
use super::unsupported;
use maasm_compile::Shapes;
use maasm_graph::index::Network;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");
/// What a browser is told to refuse: everything but the style and the script of the page itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// The whole page.
pub(super) fn write(report: &Report, network: &Network, shapes: &Shapes) -> String {
    let title = if report.name.is_empty() { "model" } else { &report.name };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (title) }
                (header(report))
                (problems(report))
                @if let Some(cost) = &report.compiled { (memory_plan(cost)) }
                (graph(report, network, shapes))
                (layers(report))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

fn header(report: &Report) -> Markup {
    let sets: Vec<_> = report.operator_sets.iter().map(|(domain, version)| format!("{domain} {version}")).collect();
    let mut operators: Vec<_> = report.operators.iter().collect();
    operators.sort_by_key(|&(name, &count)| (std::cmp::Reverse(count), name));
    html! {
        dl {
            dt { "operator sets" } dd { (sets.join(", ")) }
            @if !report.producer.is_empty() { dt { "made by" } dd { (report.producer) } }
            dt { "digest" } dd { code { (report.digest) } }
            dt { "inputs" } dd { (ports(&report.inputs)) }
            dt { "outputs" } dd { (ports(&report.outputs)) }
            dt { "operators" }
            dd { @for (name, count) in operators { span.count { (count) " " (name) } " " } }
            dt { "parameters" }
            dd {
                (grouped(report.parameters))
                @if report.statistics > 0 { " and " (grouped(report.statistics)) " running statistics" }
                " (" (bytes(report.tensor_bytes)) " of tensors)"
            }
            @if let Some(cost) = &report.compiled { (figures(cost)) }
        }
    }
}

fn figures(cost: &Cost) -> Markup {
    html! {
        dt { "compiles" } dd.yes { "yes, to " (cost.step_count) " steps" }
        @for note in &cost.notes { dt { "note" } dd { (note) } }
        dt { "work" }
        dd {
            (grouped(cost.multiply_accumulates)) " multiply-accumulates ("
            (format!("{:.2}", cost.flops as f64 / 1e9)) " GFLOP)"
        }
        @if let Some(scores) = cost.scores { dt { "scores" } dd { (scores.explained()) } }
        @if let Some(time) = &cost.time {
            dt { "time" }
            dd {
                (format!("{:.2}", time.milliseconds)) " ms, median of " (time.runs)
                " runs, measured natively on the machine that made this page, one thread, random input"
            }
        }
    }
}

fn ports(ports: &[Port]) -> Markup {
    html! { @for port in ports { div { b { (port.name) } " " (port.element_type) " " (shape(&port.shape)) } } }
}

fn problems(report: &Report) -> Markup {
    let groups = unsupported::grouped(&report.unsupported);
    html! {
        @if let Some(problem) = &report.problem {
            h2.no { "Does not compile" }
            p { (problem) }
        }
        @if !groups.is_empty() {
            h2.no { "Does not compile: " (report.unsupported.len()) " nodes stand in the way" }
            table {
                tr { th { "operator" } th.number { "nodes" } th { "first of them" } th { "why" } th { "what to do" } }
                @for group in &groups {
                    tr {
                        td { b { (group.operator) } }
                        td.number { (group.nodes.len()) }
                        td { (group.first_nodes()) }
                        td { (group.reason) }
                        td { (group.remedy) }
                    }
                }
            }
            p { "Nodes that read what these make were not looked at." }
        }
    }
}

fn memory_plan(cost: &Cost) -> Markup {
    let memory = &cost.memory;
    html! {
        h2 { "Memory" }
        p {
            (bytes(memory.constants_bytes)) " of constants, " (bytes(memory.arena_bytes)) " of arena. Fullest at step "
            (memory.peak_step) ": " (bytes(memory.peak_bytes)) ". Steps run from left to right, places in the arena from "
            "bottom to top; point at a part for its name and size."
        }
        (memory::picture(memory, cost.step_count))
    }
}

fn graph(report: &Report, network: &Network, shapes: &Shapes) -> Markup {
    html! {
        h2 { "Graph" }
        @match drawing::draw(network, report, shapes) {
            Ok((legend, drawing)) => {
                p {
                    "The model's own nodes, constants left out. Point at one for what is known about it, click for its layer. "
                    label { "Size " input #zoom type="range" min="10" max="150" value="100"; }
                }
                p.legend { (legend) }
                div #graph tabindex="0" { (drawing) }
            }
            Err(why) => p { (why) },
        }
    }
}

fn layers(report: &Report) -> Markup {
    let rows = tree::rows(&report.layers, None);
    let total = tree::total(&report.layers);
    let compiled = report.compiled.is_some();
    let timed = total.milliseconds.is_some();
    html! {
        h2 { "Layers" }
        table #layers {
            thead {
                tr {
                    th { "layer" } th { @if compiled { "kernel" } @else { "operator" } } th { "output" }
                    th.number { "parameters" }
                    @if compiled { th.number { "MACs" } th.number { "bytes" } }
                    @if timed { th.number { "ms" } th.number { "time" } }
                }
            }
            tbody { @for row in &rows { (tree_row(row, report, &total)) } }
            tfoot { tr { td { "total" } td {} td {} (numbers(&total, &total, compiled)) } }
        }
    }
}

fn tree_row(row: &Row, report: &Report, total: &Totals) -> Markup {
    let indented = format!("padding-left: {}em", 0.6 + 1.2 * row.depth as f64);
    let numbers = numbers(&row.totals, total, report.compiled.is_some());
    html! {
        @if let Some((index, layer)) = row.layer {
            tr id=(format!("layer-{index}")) data-depth=(row.depth) title=(layer.nodes.join("\n")) {
                td style=(indented) { (row.label) }
                td {
                    (layer.kernel)
                    @if let Some(reason) = &layer.unsupported { " " span.no title=(reason) { "✗ " (reason) } }
                }
                td.output { @if !layer.output.is_empty() { (shape(&layer.output)) } }
                (numbers)
            }
        } @else {
            tr.group data-depth=(row.depth) {
                td style=(indented) { (row.label) }
                td { (row.totals.layers) " layers" }
                td {}
                (numbers)
            }
        }
    }
}

fn numbers(totals: &Totals, whole: &Totals, compiled: bool) -> Markup {
    let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    let cell = |number: String, share: f64| {
        // The bar behind the number.
        html! { td.number style=(format!("--share: {:.2}%", share * 100.0)) { (number) } }
    };
    let unless_zero = |number: u64| if number == 0 { String::new() } else { grouped(number) };
    html! {
        (cell(unless_zero(totals.parameters), share(totals.parameters, whole.parameters)))
        @if compiled {
            (cell(unless_zero(totals.multiply_accumulates), share(totals.multiply_accumulates, whole.multiply_accumulates)))
            (cell(bytes(totals.bytes), share(totals.bytes, whole.bytes)))
        }
        @if let (Some(time), Some(part)) = (totals.milliseconds, totals.time_share) {
            td.number { (format!("{time:.3}")) }
            (cell(percent(part), part))
        }
    }
}

/// The end of a path: as many of its parts as there is room for, or the end of the last one.
fn end_of(name: &str, letters: usize) -> String {
    let length = name.chars().count();
    if length <= letters {
        return name.trim_start_matches('/').into();
    }
    let fits = |place: &usize| name[place + 1..].chars().count() <= letters;
    match name.match_indices('/').map(|(place, _)| place).find(fits) {
        Some(place) if place + 1 < name.len() => name[place + 1..].into(),
        _ => std::iter::once('…').chain(name.chars().skip(length + 1 - letters.max(1))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::end_of;

    #[test]
    fn of_a_path_as_many_parts_are_shown_as_there_is_room_for() {
        let shown = [40, 18, 9, 4, 3].map(|letters| end_of("/block2/expand/conv", letters));
        assert_eq!(shown, ["block2/expand/conv", "block2/expand/conv", "conv", "conv", "…nv"]);
        assert_eq!(["ααα/ββ/", "", "n12"].map(|name| end_of(name, 3)), ["ββ/", "", "n12"]);
        assert_eq!(end_of("name", 0), "…");
    }
}
