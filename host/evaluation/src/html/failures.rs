//! Samples that could not be evaluated.

use super::figures::count;
use super::section;
use crate::report::Report;
use maud::{Markup, html};

pub fn failures(report: &Report) -> Markup {
    if report.failed == 0 {
        return html! {};
    }
    section(
        "Not evaluated",
        html! {
            p { (count(report.failed)) " samples could not be evaluated, and count for nothing above." }
            div.scroll {
                table {
                    thead { tr { th scope="col" { "sample" } th scope="col" { "why" } } }
                    tbody { @for failure in &report.failures { tr { td { (failure.sample) } td { (failure.reason) } } } }
                }
            }
            @if report.failed > report.failures.len() as u64 { p.note { "The first " (report.failures.len()) " are shown." } }
        },
    )
}
