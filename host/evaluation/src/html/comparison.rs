//! Two versions on the same samples.

use super::figures::{
    NONE, count, difference, interval, is_share, is_told, less_is_better, number, percent, rank, title,
};
use super::{interval as drawn, section};
use crate::report::{Change, Comparison, Estimate, Flip};
use maud::{Markup, html};

/// How many flipped samples are shown each way.
const SHOWN: usize = 20;

pub fn comparison(comparison: &Comparison) -> Markup {
    let mut changes: Vec<(&String, &Change)> = comparison.metrics.iter().filter(|(name, _)| is_told(name)).collect();
    changes.sort_by_key(|(name, _)| (rank(name), *name));
    let baseline = &comparison.baseline;
    let reach = reach(&changes);
    section(
        "Comparison",
        html! {
            p {
                "Against " b { (baseline.name) " " (baseline.version) } " on the " (count(comparison.samples))
                " samples that both could evaluate."
                @if let Some(agreement) = comparison.agreement { " Both give the same answer to " b { (percent(Some(agreement))) } "." }
            }
            @if let Some(forced) = &comparison.forced { p.warning { "Compared by force: " (forced) "." } }
            @if let Some(test) = &comparison.mcnemar {
                p {
                    b.good { (count(test.gained)) " gained" } ", " b.bad { (count(test.lost)) " lost" }
                    ": " (verdict(test.p_value)) " (McNemar’s exact test, " (p_value(test.p_value)) ")."
                }
            }
            div.scroll {
                table {
                    thead {
                        tr {
                            th scope="col" { "figure" } th.number scope="col" { "baseline" } th.number scope="col" { "this" }
                            th.number scope="col" { "difference" } th scope="col" { "95 % interval" } th.wide scope="col" { "worse · better" }
                        }
                    }
                    tbody { @for (name, change) in changes { (row(name, change, reach)) } }
                }
            }
            p.note.wide {
                "Drawn to one scale, from " (difference(Some(-reach))) " to " (difference(Some(reach)))
                "; what is no share of 1, such as losses, as shares of the larger of both figures."
            }
            (flips("Gained", "Only this version answers these rightly.", &comparison.gained))
            (flips("Lost", "Only the baseline answers these rightly.", &comparison.lost))
        },
    )
}

/// The smallest scale: differences far below this are drawn next to the middle.
const LEAST: f64 = 0.01;

/// The end of the scale: the largest difference or end of an interval, and a little more.
fn reach(changes: &[(&String, &Change)]) -> f64 {
    let ends = changes
        .iter()
        .map(|(name, change)| shown(name, change))
        .flat_map(|Estimate { value, low, high }| [value, low, high]);
    1.1 * ends.flatten().filter(|end| end.is_finite()).fold(LEAST, |most, end| most.max(end.abs()))
}

/// A difference as it is drawn: right of the middle is better, whatever the figure.
fn shown(name: &str, change: &Change) -> Estimate {
    let size = |value: Option<f64>| value.map_or(0.0, f64::abs);
    let largest = size(change.value).max(size(change.baseline));
    let unit = if is_share(name) || largest == 0.0 { 1.0 } else { largest };
    let scale = if less_is_better(name) { -1.0 / unit } else { 1.0 / unit };
    let scaled = |value: Option<f64>| value.map(|value| value * scale);
    let Estimate { value, low, high } = change.difference;
    let (low, high) = if scale < 0.0 { (high, low) } else { (low, high) };
    Estimate { value: scaled(value), low: scaled(low), high: scaled(high) }
}

fn row(name: &str, change: &Change, reach: f64) -> Markup {
    let (estimate, shown) = (&change.difference, shown(name, change));
    let class = match (shown.low, shown.high) {
        (Some(low), _) if low > 0.0 => "number good",
        (_, Some(high)) if high < 0.0 => "number bad",
        _ => "number",
    };
    html! {
        tr {
            th scope="row" { (title(name)) }
            td.number { (number(change.baseline)) }
            td.number { (number(change.value)) }
            td class=(class) { (difference(estimate.value)) }
            td.soft { (interval(estimate, difference)) }
            td.wide { (drawn::draw(&shown, -reach, reach, Some(0.0))) }
        }
    }
}

fn verdict(p_value: f64) -> &'static str {
    if p_value < 0.05 { "more than luck" } else { "this may be luck" }
}

fn p_value(p: f64) -> String {
    if !p.is_finite() {
        NONE.into()
    } else if p < 0.0001 {
        "p < 0.0001".into()
    } else {
        format!("p = {p:.4}")
    }
}

fn flips(title: &str, what: &str, flips: &[Flip]) -> Markup {
    html! {
        @if !flips.is_empty() {
            details {
                summary { (title) ": " (flips.len()) @if flips.len() == 100 { " or more" } " samples" }
                p.note { (what) }
                div.scroll {
                    table {
                        thead { tr { th scope="col" { "sample" } th scope="col" { "truth" } th scope="col" { "baseline" } th scope="col" { "this" } } }
                        tbody {
                            @for flip in flips.iter().take(SHOWN) {
                                tr { td { (flip.sample) } td { (flip.expected) } td { (flip.before) } td { (flip.after) } }
                            }
                        }
                    }
                }
                @if flips.len() > SHOWN { p.note { "The first " (SHOWN) " are shown." } }
            }
        }
    }
}
