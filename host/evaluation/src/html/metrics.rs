//! All figures with their intervals.

use super::figures::{interval, is_share, is_told, number, rank, title};
use super::{interval as drawn, section};
use crate::report::{Estimate, Report};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// The reasons for missing intervals, each with the figures that it concerns.
fn omitted(report: &Report) -> BTreeMap<&str, Vec<&str>> {
    let mut omitted = BTreeMap::<_, Vec<_>>::new();
    for (name, why) in report.intervals.omitted.iter().filter(|(name, _)| is_told(name)) {
        omitted.entry(why.as_str()).or_default().push(title(name));
    }
    omitted
}

pub fn metrics(report: &Report) -> Markup {
    let mut metrics: Vec<(&String, &Estimate)> = report.metrics.iter().filter(|(name, _)| is_told(name)).collect();
    metrics.sort_by_key(|(name, _)| (rank(name), *name));
    let between = (report.intervals.confidence * 100.0).round();
    section(
        "All figures",
        html! {
            div.scroll {
                table {
                    thead {
                        tr { th scope="col" { "figure" } th.number scope="col" { "value" } th scope="col" { (between) " % interval" } th.wide scope="col" { "0 to 1" } }
                    }
                    tbody {
                        @for (name, estimate) in metrics {
                            tr {
                                th scope="row" { (title(name)) }
                                td.number { (number(estimate.value)) }
                                td.soft { (interval(estimate, number)) }
                                td.wide { @if is_share(name) { (drawn::draw(estimate, 0.0, 1.0, None)) } }
                            }
                        }
                    }
                }
            }
            p.note {
                "Names and definitions are scikit-learn’s. Intervals by the bootstrap: "
                (report.intervals.resamples) " resamples, seed " (report.intervals.seed) "."
            }
            @for (why, names) in omitted(report) { p.note { "No interval of " (names.join(", ")) ": " (why) "." } }
            @if let Some(scores) = report.scores {
                p.note {
                    "Scores are " (scores.explained()) ". Of equal scores the class with the lower index is the answer; among "
                    "five it comes last, as in scikit-learn."
                    @if report.metrics.contains_key("top_5_accuracy") {
                        " Top-5 accuracy is 1 of a model with five classes or fewer, whatever it answers."
                    }
                }
            }
        },
    )
}
