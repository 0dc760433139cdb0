//! How intervals are drawn.

use crate::report::Estimate;
use maud::{Markup, html};

const WIDTH: f64 = 160.0;
const HEIGHT: f64 = 18.0;

/// A figure and its interval between two ends; nothing without a figure.
pub fn draw(estimate: &Estimate, from: f64, to: f64, zero: Option<f64>) -> Markup {
    let Some(value) = estimate.value else { return html! {} };
    let place = |value: f64| ((value - from) / (to - from)).clamp(0.0, 1.0) * (WIDTH - 8.0) + 4.0;
    let ends = estimate.low.zip(estimate.high);
    html! {
        svg.interval viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) width=(WIDTH) height=(HEIGHT) aria-hidden="true" {
            line.axis x1="4" x2=(WIDTH - 4.0) y1="9" y2="9" {}
            @if let Some(zero) = zero { line.zero x1=(place(zero)) x2=(place(zero)) y1="1" y2="17" {} }
            @if let Some((low, high)) = ends {
                rect.range x=(place(low)) width=((place(high) - place(low)).max(1.0)) y="6" height="6" rx="3" {}
            }
            circle.value cx=(place(value)) cy="9" r="4" {}
        }
    }
}
