//! The confusion matrix as a heat map; of many classes, those that are confused most.

use super::figures::count;
use super::section;
use crate::report::{Confusion, Report};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// How many classes are drawn.
const DRAWN: usize = 24;
/// How many pairs are listed.
const PAIRS: usize = 10;
/// How long the side of a cell is.
const CELL: f64 = 22.0;
/// Room for names.
const MARGIN: f64 = 130.0;
/// Room for names that lean out.
const LEAN: f64 = 72.0;
/// How many letters of a name are drawn.
const LETTERS: usize = 19;

pub fn matrix(report: &Report) -> Markup {
    if report.confusions.is_empty() {
        return html! {};
    }
    let names: BTreeMap<u32, &str> = report.classes.iter().map(|class| (class.index, class.label.as_str())).collect();
    let wrong = || report.confusions.iter().filter(|cell| cell.expected != cell.predicted);
    let classes = drawn(report);
    let mut pairs: Vec<&Confusion> = wrong().collect();
    pairs.sort_by_key(|cell| (std::cmp::Reverse(cell.count), cell.expected, cell.predicted));
    let name = |index: u32| names.get(&index).map_or_else(|| index.to_string(), |name| (*name).to_owned());
    section(
        "What is taken for what",
        html! {
            @if classes.len() < report.classes.len() {
                p.note { "Of " (count(report.classes.len() as u64)) " classes, the " (classes.len()) " that are confused most." }
            }
            @if classes.is_empty() { p { "Every sample was answered rightly." } }
            @else { (heat_map(report, &classes, &name)) }
            @if !pairs.is_empty() {
                h3 { "Most often confused" }
                div.scroll {
                    table {
                        thead { tr { th scope="col" { "truth" } th scope="col" { "answer" } th.number scope="col" { "samples" } } }
                        tbody {
                            @for cell in pairs.iter().take(PAIRS) {
                                tr { td { (name(cell.expected)) } td { (name(cell.predicted)) } td.number { (count(cell.count)) } }
                            }
                        }
                    }
                }
            }
        },
    )
}

/// The classes to draw, in index order.
fn drawn(report: &Report) -> Vec<u32> {
    if report.classes.len() <= DRAWN {
        return report.classes.iter().map(|class| class.index).collect();
    }
    // Pair by pair, so that there is something to see.
    let mut wrong: Vec<&Confusion> = report.confusions.iter().filter(|cell| cell.expected != cell.predicted).collect();
    wrong.sort_by_key(|cell| (std::cmp::Reverse(cell.count), cell.expected, cell.predicted));
    let mut classes: Vec<u32> = Vec::new();
    for cell in wrong {
        let new: Vec<u32> =
            [cell.expected, cell.predicted].into_iter().filter(|class| !classes.contains(class)).collect();
        if classes.len() + new.len() <= DRAWN {
            classes.extend(new);
        }
    }
    classes.sort_unstable();
    classes
}

fn heat_map(report: &Report, classes: &[u32], name: &dyn Fn(u32) -> String) -> Markup {
    let place = |class: u32| classes.binary_search(&class).ok().map(|place| MARGIN + place as f64 * CELL);
    let support: BTreeMap<u32, u64> = report.classes.iter().map(|class| (class.index, class.support)).collect();
    let side = MARGIN + classes.len() as f64 * CELL;
    let cells = report.confusions.iter().filter_map(|cell| {
        let all = support.get(&cell.expected).copied().unwrap_or(0).max(1);
        Some((cell, place(cell.predicted)?, place(cell.expected)?, cell.count as f64 / all as f64))
    });
    let label = format!("Confusion matrix of {} classes: rows are the truth, columns the answer", classes.len());
    html! {
        figure {
            div.scroll {
                svg.matrix viewBox=(format!("0 0 {} {side}", side + LEAN)) width=(side + LEAN) height=(side) role="img" aria-label=(label) {
                    rect.ground x=(MARGIN) y=(MARGIN) width=(side - MARGIN) height=(side - MARGIN) {}
                    @for (index, class) in classes.iter().enumerate() {
                        @let at = MARGIN + (index as f64 + 0.5) * CELL;
                        @let short = shortened(&name(*class));
                        text.name x=(MARGIN - 6.0) y=(at + 4.0) text-anchor="end" { (short) }
                        text.name transform=(format!("translate({} {}) rotate(-60)", at + 4.0, MARGIN - 6.0)) { (short) }
                    }
                    @for (cell, x, y, share) in cells {
                        rect class=(if cell.expected == cell.predicted { "right" } else { "wrong" })
                            x=(x + 0.5) y=(y + 0.5) width=(CELL - 1.0) height=(CELL - 1.0) fill-opacity=(format!("{:.2}", 0.12 + 0.88 * share)) {
                            title { (name(cell.expected)) " taken for " (name(cell.predicted)) ": " (cell.count) }
                        }
                        text.cell.strong[share > 0.55] x=(x + CELL / 2.0) y=(y + CELL / 2.0 + 4.0) text-anchor="middle" { (short_count(cell.count)) }
                    }
                }
            }
            figcaption { "Rows: the truth. Columns: the answer. The darker, the larger the share of the row’s class." }
        }
    }
}

fn shortened(name: &str) -> String {
    match name.chars().count() {
        0..=LETTERS => name.into(),
        _ => name.chars().take(LETTERS - 1).chain(['…']).collect(),
    }
}

fn short_count(count: u64) -> String {
    match count {
        0..1000 => count.to_string(),
        1000..1_000_000 => format!("{}k", count / 1000),
        _ => format!("{}M", count / 1_000_000),
    }
}
