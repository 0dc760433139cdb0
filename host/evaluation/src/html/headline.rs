//! What one sees first.

use super::figures::{bytes, count, interval, milliseconds, number, percent};
use crate::report::{Report, Task};
use maud::{Markup, html};

pub fn headline(report: &Report) -> Markup {
    let of_classes = report.task == Task::Classification;
    let (main, title) = if of_classes { ("accuracy", "accuracy") } else { ("r2", "R²") };
    let write = if of_classes { percent } else { number };
    let estimate = report.metrics.get(main).copied().unwrap_or_default();
    let between = interval(&estimate, write);
    let more: &[(&str, &str)] = if of_classes {
        &[
            ("top_5_accuracy", "top-5 accuracy"),
            ("f1_macro", "F1, macro"),
            ("expected_calibration_error", "calibration error"),
        ]
    } else {
        &[
            ("mean_absolute_error", "mean absolute error"),
            ("root_mean_squared_error", "root mean squared error"),
            ("cosine_similarity", "cosine similarity"),
        ]
    };
    let latency = report.run.as_ref().and_then(|run| run.latency.as_ref());
    html! {
        header {
            p.kind { "Evaluation" }
            h1 { (report.model.name) " " span.version { (report.model.version) } }
            p.data {
                "on " b { (report.data.name) } ": " (count(report.evaluated)) " samples"
                @if report.failed > 0 { ", " span.bad { (count(report.failed)) " could not be evaluated" } }
            }
            div.tiles {
                div.tile.main {
                    span.figure { (write(estimate.value)) }
                    span.what { (title) }
                    @if !between.is_empty() { span.between { "95 %: " (between) } }
                }
                @for (name, title) in more {
                    @if let Some(estimate) = report.metrics.get(*name) {
                        div.tile { span.figure { (write(estimate.value)) } span.what { (title) } }
                    }
                }
                @if let Some(latency) = latency {
                    div.tile { span.figure { (milliseconds(latency.p50)) } span.what { "a sample, median" } }
                }
                div.tile { span.figure { (bytes(report.model.size)) } span.what { "component" } }
            }
        }
    }
}
