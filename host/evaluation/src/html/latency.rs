//! How long samples took.

use super::figures::{bytes, milliseconds};
use super::section;
use crate::report::{Bucket, Latency, Report, Run};
use maud::{Markup, html};

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 170.0;
const BOTTOM: f64 = 34.0;
const TOP: f64 = 20.0;

pub fn latency(report: &Report) -> Markup {
    let Some((run, latency)) = report.run.as_ref().and_then(|run| Some((run, run.latency.as_ref()?))) else {
        return html! {};
    };
    section(
        "How long a sample takes",
        html! {
            figure {
                (histogram(latency))
                figcaption { "From bytes to answer, on " (threads(run)) ". The last bar has everything above 99 of 100." }
            }
            dl.row {
                @for (title, value) in [("median", latency.p50), ("90 %", latency.p90), ("95 %", latency.p95), ("99 %", latency.p99), ("mean", latency.mean)] {
                    div { dt { (title) } dd { (milliseconds(value)) } }
                }
            }
            p.note {
                "On average " (milliseconds(latency.decode)) " for decoding, " (milliseconds(latency.preprocess)) " for preparing and "
                (milliseconds(latency.inference)) " for the model. " (format!("{:.1}", run.throughput)) " samples a second"
                @if let Some(memory) = run.peak_memory { ", " (bytes(memory)) " of memory at most" } "."
            }
        },
    )
}

fn threads(run: &Run) -> String {
    let threads = if run.threads == 1 { "1 thread".into() } else { format!("{} threads", run.threads) };
    format!("{threads}, {} {}", run.host.system, run.host.architecture)
}

/// Bars of equal width for equal parts; the last, which is longer, is drawn no wider.
fn histogram(latency: &Latency) -> Markup {
    let buckets = &latency.histogram;
    let wide = WIDTH / buckets.len().max(1) as f64;
    let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(1).max(1) as f64;
    let place = |value: f64| {
        let index = buckets.iter().position(|bucket| value <= bucket.to).unwrap_or(buckets.len().saturating_sub(1));
        buckets.get(index).map_or(0.0, |bucket| (index as f64 + part(bucket, value)) * wide)
    };
    let label = format!("Histogram: median {}, 99 % within {}", milliseconds(latency.p50), milliseconds(latency.p99));
    let ground = TOP + HEIGHT;
    html! {
        svg.chart.broad viewBox=(format!("-10 0 {} {}", WIDTH + 30.0, ground + BOTTOM)) role="img" aria-label=(label) {
            line.axis x1="0" x2=(WIDTH) y1=(ground) y2=(ground) {}
            @for (index, bucket) in buckets.iter().enumerate() {
                @let tall = bucket.count as f64 / most * HEIGHT;
                rect.count x=(index as f64 * wide + 1.0) width=(wide - 2.0) y=(ground - tall) height=(tall) {
                    title { (milliseconds(bucket.from)) " to " (milliseconds(bucket.to)) ": " (bucket.count) }
                }
            }
            @for (title, value) in [("50 %", latency.p50), ("90 %", latency.p90)] {
                line.mark x1=(place(value)) x2=(place(value)) y1=(TOP - 4.0) y2=(ground) {}
                text.tick x=(place(value)) y=(TOP - 8.0) text-anchor="middle" { (title) }
            }
            @if let Some(first) = buckets.first() { text.tick x="0" y=(ground + 16.0) { (milliseconds(first.from)) } }
            text.tick x=(place(latency.p99)) y=(ground + 16.0) text-anchor="end" { (milliseconds(latency.p99)) " (99 %)" }
        }
    }
}

/// How far into a bucket a value is.
fn part(bucket: &Bucket, value: f64) -> f64 {
    let width = bucket.to - bucket.from;
    if width > 0.0 { ((value - bucket.from) / width).clamp(0.0, 1.0) } else { 0.5 }
}
