//! The versions that were tried, and those of them that none beats.

use super::figures::percent;
use super::section;
use crate::report::{Candidate, Search};
use maud::{Markup, html};

/// The plot's size, and the room around it for numbers.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const MARGIN: f64 = 48.0;

/// Accuracy over size and time, and everything in a table.
pub fn search(search: &Search) -> Markup {
    section(
        "How it was found",
        html! {
            p {
                (search.candidates.len()) " versions were compared on " (search.samples)
                " samples, which this report is not about. Rings are the Pareto frontier: no other version is as good in \
                 accuracy, size and time and better in one of them."
            }
            (plot(search, "size of the component, in MB", |candidate| candidate.size as f64 / 1e6))
            (plot(search, "time of an inference, as a share of the first version's", |candidate| candidate.time))
            div.scroll {
                table {
                    thead {
                        tr {
                            th scope="col" { "recipe" } th.number scope="col" { "top 1" }
                            th.number scope="col" { "size, MB" } th.number scope="col" { "time" } th scope="col" { "" }
                        }
                    }
                    tbody {
                        @for candidate in &search.candidates {
                            tr {
                                th scope="row" { (candidate.recipe) }
                                td.number { (percent(Some(candidate.accuracy))) }
                                td.number { (format!("{:.2}", candidate.size as f64 / 1e6)) }
                                td.number { (format!("{:.2}", candidate.time)) }
                                td {
                                    @if candidate.chosen { strong { "chosen" } }
                                    @else if candidate.frontier { "frontier" }
                                }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn plot(search: &Search, across: &str, figure: fn(&Candidate) -> f64) -> Markup {
    let largest = search.candidates.iter().map(figure).fold(f64::MIN_POSITIVE, f64::max);
    let x = |value: f64| MARGIN + value / largest * (WIDTH - 2.0 * MARGIN);
    let y = |accuracy: f64| HEIGHT - MARGIN - accuracy * (HEIGHT - 2.0 * MARGIN);
    let label = format!("accuracy over {across}");
    html! {
        svg.chart.broad viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(label) {
            @for tick in 0..=4 {
                @let share = f64::from(tick) / 4.0;
                line.grid x1=(MARGIN) x2=(WIDTH - MARGIN) y1=(y(share)) y2=(y(share)) {}
                text.tick x=(MARGIN - 6.0) y=(y(share) + 4.0) text-anchor="end" { (format!("{:.0} %", share * 100.0)) }
                text.tick x=(x(share * largest)) y=(HEIGHT - MARGIN + 18.0) text-anchor="middle" {
                    (format!("{:.2}", share * largest))
                }
            }
            text x=(WIDTH / 2.0) y=(HEIGHT - 8.0) text-anchor="middle" { (across) }
            @for candidate in &search.candidates {
                @let place = (x(figure(candidate)), y(candidate.accuracy));
                circle.point.chosen[candidate.chosen] cx=(place.0) cy=(place.1) r="4" {
                    title { (candidate.recipe) }
                }
                @if candidate.frontier { circle.frontier cx=(place.0) cy=(place.1) r="7.5" {} }
            }
        }
    }
}
