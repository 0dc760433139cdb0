//! The arena as a picture: steps from left to right, places from bottom to top.

use super::end_of;
use crate::cli::inspect::figures::bytes;
use crate::cli::inspect::memory::{Buffer, Kind, Memory};
use maud::{Markup, html};

/// Pixels of the arena with the room for numbers on its left, and of the rooms around it for others.
const WIDTH: f64 = 1100.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 76.0;
const BELOW: f64 = 22.0;
const RIGHT: f64 = 20.0;

pub(super) fn picture(memory: &Memory, steps: usize) -> Markup {
    let across = |step: usize| LEFT + (WIDTH - LEFT) * step as f64 / steps.max(1) as f64;
    let up = |offset: u64| HEIGHT * (1.0 - offset as f64 / memory.arena_bytes.max(1) as f64) + 6.0;
    let rectangle = |buffer: &Buffer| {
        let (x, y) = (across(buffer.first), up(buffer.end()));
        let (width, height) = (across(buffer.last + 1) - x, up(buffer.offset) - y);
        let name = end_of(&buffer.name, (width / 6.0) as usize);
        html! {
            g class=(class(buffer.kind)) {
                title { (buffer.name) ": " (bytes(buffer.bytes)) " at " (buffer.offset) ", " (buffer.life()) }
                rect x=(pixels(x)) y=(pixels(y)) width=(pixels(width)) height=(pixels(height)) {}
                @if height > 13.0 && width > 24.0 {
                    text x=(pixels(x + width / 2.0)) y=(pixels(y + height / 2.0)) { (name) }
                }
            }
        }
    };
    let peak = across(memory.peak_step);
    html! {
        svg.memory viewBox=(format!("0 0 {} {}", WIDTH + RIGHT, HEIGHT + BELOW + 6.0)) role="img" aria-label="memory plan" {
            @for buffer in &memory.buffers { (rectangle(buffer)) }
            rect.peak x=(pixels(peak)) y="6" width=(pixels(across(memory.peak_step + 1) - peak)) height=(HEIGHT) {
                title { "fullest at step " (memory.peak_step) ": " (bytes(memory.peak_bytes)) }
            }
            @for quarter in 0..=4 {
                @let offset = memory.arena_bytes * quarter / 4;
                text.scale x=(LEFT - 8.0) y=(pixels(up(offset).clamp(10.0, HEIGHT))) text-anchor="end" { (bytes(offset)) }
            }
            @for step in (0..steps).step_by(round_step(steps)) {
                text.scale x=(pixels(across(step))) y=(HEIGHT + BELOW) { (step) }
            }
        }
    }
}

fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Input => "input",
        Kind::Activation => "buffer",
        Kind::Scratch => "scratch",
    }
}

/// How many steps lie between two numbers below: round, and no more than a dozen of them.
fn round_step(steps: usize) -> usize {
    let powers = std::iter::successors(Some(1usize), |power| power.checked_mul(10));
    powers.flat_map(|power| [1, 2, 5].map(|n| power.saturating_mul(n))).find(|step| steps / step <= 12).unwrap_or(1)
}

/// A coordinate without needless digits: a page has thousands of them.
pub(super) fn pixels(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map_or(text.clone(), String::from)
}

#[cfg(test)]
mod tests {
    use super::{pixels, round_step};

    #[test]
    fn numbers_are_round() {
        assert_eq!([0, 1, 51, 490, 100_000].map(round_step), [1, 1, 5, 50, 10_000]);
        assert_eq!([1.0, 2.25, 10.04].map(pixels), ["1", "2.2", "10"]);
    }
}
