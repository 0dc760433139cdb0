//! A report as one page that needs nothing else: no network, no script, no files beside it.
//!
//! Everything that comes from the data or the model goes through `maud`, which escapes it: a label may hold `<script>`.
//!
//! # Layout
//! - `headline`, `metrics`, `comparison`, `matrix`, `classes`, `reliability`, `latency`, `mistakes`, `failures`,
//!   `search`, `provenance`: the page from top to bottom
//! - `figures`: how numbers are written; `interval`: how intervals are drawn

mod classes;
mod comparison;
mod failures;
mod figures;
mod headline;
mod interval;
mod latency;
mod matrix;
mod metrics;
mod mistakes;
mod provenance;
mod reliability;
mod search;

use crate::report::Report;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("style.css");
/// What a browser is told to refuse: everything but the page's own style and pictures.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The whole page.
pub fn page(report: &Report) -> String {
    let title = format!("{} {} on {}", report.model.name, report.model.version, report.data.name);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (headline::headline(report))
                    @if let Some(comparison) = &report.comparison { (comparison::comparison(comparison)) }
                    @if let Some(search) = &report.search { (search::search(search)) }
                    (metrics::metrics(report))
                    (matrix::matrix(report))
                    (classes::classes(report))
                    (reliability::reliability(report))
                    (latency::latency(report))
                    (mistakes::mistakes(report))
                    (failures::failures(report))
                    (provenance::provenance(report))
                }
            }
        }
    };
    page.into_string()
}

/// A part of the page.
fn section(title: &str, content: Markup) -> Markup {
    html! { section { h2 { (title) } (content) } }
}
