//! Everything that is needed to find the same out again.

use super::figures::{bytes, count};
use super::section;
use crate::report::Report;
use maud::{Markup, html};

pub fn provenance(report: &Report) -> Markup {
    let (model, data, intervals) = (&report.model, &report.data, &report.intervals);
    let against = report.comparison.as_ref().map(|comparison| &comparison.baseline);
    let against =
        against.map(|baseline| format!(" --against {}@{}", baseline.name, baseline.version)).unwrap_or_default();
    let command = format!(
        "maasm evaluate {}@{} --data {}{against} --resamples {} --seed {}",
        model.name, model.version, data.name, intervals.resamples, intervals.seed
    );
    section(
        "How to find the same out again",
        html! {
            pre { code { (command) } }
            dl {
                div { dt { "model" } dd { (model.name) " " (model.version) ", " (bytes(model.size)) ", " (count(model.parameters)) " parameters" } }
                div { dt { "component" } dd { code { (model.digest) } } }
                div { dt { "made from" } dd { code { (model.source_digest) } } }
                div { dt { "data" } dd { (data.name) ", " (count(data.samples)) " samples" } }
                div { dt { "its digest" } dd { code { (data.digest) } } }
                @if let Some(run) = &report.run {
                    div { dt { "made by" } dd { "maasm " (run.host.maasm) " on " (run.host.system) " " (run.host.architecture) ", " (run.host.processors) " processors" } }
                    div { dt { "ended" } dd { (run.ended) " after " (format!("{:.1}", run.seconds)) " s" @if run.resumed > 0 { ", " (count(run.resumed)) " samples by an earlier process" } } }
                }
                div { dt { "form" } dd { code { (report.schema) } } }
            }
        },
    )
}
