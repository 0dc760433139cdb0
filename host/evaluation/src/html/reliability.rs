//! Whether confidence can be trusted.

use super::figures::{count, number};
use super::section;
use crate::report::{CalibrationBin, Report};
use maud::{Markup, html};

const SIDE: f64 = 300.0;
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 40.0;
/// Room above for the counts.
const TOP: f64 = 60.0;

pub fn reliability(report: &Report) -> Markup {
    if report.calibration.iter().all(|bin| bin.count == 0) {
        return html! {};
    }
    let error = report.metric("expected_calibration_error");
    let label = format!("Reliability curve; expected calibration error {}", number(error));
    section(
        "How far confidence can be trusted",
        html! {
            figure {
                (curve(&report.calibration, &label))
                figcaption {
                    "Of the answers given with some confidence, the share that was right. On the diagonal both agree; below it the model is too sure of itself, above it not sure enough. Above: how many answers had that confidence. Expected calibration error: " (number(error)) "."
                }
            }
        },
    )
}

fn curve(bins: &[CalibrationBin], label: &str) -> Markup {
    let x = |share: f64| LEFT + share * SIDE;
    let y = |share: f64| TOP + (1.0 - share) * SIDE;
    let (width, height) = (LEFT + SIDE + 12.0, TOP + SIDE + BOTTOM);
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(1).max(1) as f64;
    let points: Vec<(f64, f64)> = bins.iter().filter_map(|bin| Some((x(bin.confidence?), y(bin.accuracy?)))).collect();
    let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    html! {
        svg.chart viewBox=(format!("0 0 {width} {height}")) role="img" aria-label=(label) {
            @for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
                line.grid x1=(x(tick)) x2=(x(tick)) y1=(y(0.0)) y2=(y(1.0)) {}
                line.grid x1=(x(0.0)) x2=(x(1.0)) y1=(y(tick)) y2=(y(tick)) {}
                text.tick x=(x(tick)) y=(y(0.0) + 16.0) text-anchor="middle" { (tick) }
                text.tick x=(LEFT - 6.0) y=(y(tick) + 4.0) text-anchor="end" { (tick) }
            }
            text.tick x=(x(0.5)) y=(height - 4.0) text-anchor="middle" { "confidence" }
            text.tick transform=(format!("translate(10 {}) rotate(-90)", y(0.5))) text-anchor="middle" { "share that was right" }
            line.diagonal x1=(x(0.0)) y1=(y(0.0)) x2=(x(1.0)) y2=(y(1.0)) {}
            @for bin in bins.iter().filter(|bin| bin.count > 0) {
                @let tall = (bin.count as f64 / most * (TOP - 16.0)).max(1.0);
                rect.count x=(x(bin.from) + 1.0) width=(x(bin.to) - x(bin.from) - 2.0) y=(TOP - 8.0 - tall) height=(tall) {
                    title { (number(Some(bin.from))) " to " (number(Some(bin.to))) ": " (count(bin.count)) " samples" }
                }
                @if let (Some(confidence), Some(accuracy)) = (bin.confidence, bin.accuracy) {
                    line.gap x1=(x(confidence)) x2=(x(confidence)) y1=(y(confidence)) y2=(y(accuracy)) {}
                }
            }
            polyline.curve points=(path.join(" ")) {}
            @for (x, y) in &points { circle.point cx=(x) cy=(y) r="4" {} }
        }
    }
}
