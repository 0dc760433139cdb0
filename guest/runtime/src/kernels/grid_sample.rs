//! Pictures looked at through a grid.

use maasm_plan::op::{GridBorder, GridMode, GridSample};

/// The most pixels along an axis that one is made of.
const TAPS: usize = 4;

/// Pixels along one axis and their weights; none is `None`.
type Line = [(Option<usize>, f32); TAPS];

/// `grid` holds coordinates for each place, the last axis first.
pub fn run(op: &GridSample, x: &[f32], grid: &[f32], y: &mut [f32]) {
    let channels = op.channels as usize;
    let [depth, height, width] = op.extents.map(|extent| extent as usize);
    let axes = op.axes as usize;
    let picture = depth * height * width * channels;
    let places = op.places as usize;
    if y.is_empty() {
        return;
    }
    for (index, (y, at)) in y.chunks_exact_mut(channels).zip(grid.chunks_exact(axes)).enumerate() {
        let x = &x[index / places * picture..][..picture];
        let mut lines: [Line; 3] = [[(Some(0), 1.0), (None, 0.0), (None, 0.0), (None, 0.0)]; 3];
        for (i, &coordinate) in at.iter().enumerate() {
            lines[2 - i] = line(op, op.extents[2 - i] as usize, coordinate);
        }
        y.fill(0.0);
        for (plane, row, column, weight) in combinations(&lines) {
            let pixel = &x[((plane * height + row) * width + column) * channels..][..channels];
            y.iter_mut().zip(pixel).for_each(|(y, x)| *y += weight * x);
        }
    }
}

/// Every pixel that counts, with the product of its weights.
fn combinations(lines: &[Line; 3]) -> impl Iterator<Item = (usize, usize, usize, f32)> + use<> {
    let [planes, rows, columns] = *lines;
    let counting = |line: Line| line.into_iter().filter_map(|(at, weight)| Some((at?, weight)));
    counting(planes).flat_map(move |(plane, a)| {
        counting(rows)
            .flat_map(move |(row, b)| counting(columns).map(move |(column, c)| (plane, row, column, a * b * c)))
    })
}

/// The pixels along one axis at a coordinate from −1 to 1.
fn line(op: &GridSample, extent: usize, coordinate: f32) -> Line {
    let length = extent as f32;
    let (low, high) = if op.align_corners { (0.0, length - 1.0) } else { (-0.5, length - 0.5) };
    let at = if op.align_corners {
        (coordinate + 1.0) / 2.0 * (length - 1.0)
    } else {
        ((coordinate + 1.0) * length - 1.0) / 2.0
    };
    let at = if op.mode == GridMode::Nearest { at.round_ties_even() } else { at };
    let at = match op.border {
        _ if low <= at && at <= high => at,
        GridBorder::Zeros => at,
        GridBorder::Edge => at.clamp(0.0, length - 1.0),
        GridBorder::Reflection => reflected(at, low, high),
    };
    let floor = at.floor();
    let part = at - floor;
    let (first, weights) = match op.mode {
        GridMode::Nearest => (at, [1.0, 0.0, 0.0, 0.0]),
        GridMode::Linear => (floor, [1.0 - part, part, 0.0, 0.0]),
        GridMode::Cubic => (floor - 1.0, [cubic(1.0 + part), cubic(part), cubic(1.0 - part), cubic(2.0 - part)]),
    };
    let count = match op.mode {
        GridMode::Nearest => 1,
        GridMode::Linear => 2,
        GridMode::Cubic => 4,
    };
    let mut line = [(None, 0.0); TAPS];
    for (i, (tap, weight)) in line.iter_mut().zip(weights).enumerate().take(count) {
        *tap = (source(op.border, first + i as f32, extent, low, high), weight);
    }
    line
}

/// Which pixel stands at a whole place, if there is one.
fn source(border: GridBorder, at: f32, extent: usize, low: f32, high: f32) -> Option<usize> {
    let last = extent as f32 - 1.0;
    if (0.0..=last).contains(&at) {
        return Some(at as usize);
    }
    match border {
        GridBorder::Zeros => None,
        GridBorder::Edge => Some(at.clamp(0.0, last) as usize),
        GridBorder::Reflection => Some(reflected(at, low, high).round().clamp(0.0, last) as usize),
    }
}

/// Mirrored at both bounds until it lies between them.
fn reflected(at: f32, low: f32, high: f32) -> f32 {
    let range = high - low;
    if range <= 0.0 {
        return low;
    }
    let beyond = if at < low {
        low - at
    } else if at > high {
        at - high
    } else {
        return at;
    };
    let turns = (beyond / range).floor();
    let rest = beyond - turns * range;
    let even = turns % 2.0 == 0.0;
    if (at < low) == even { low + rest } else { high - rest }
}

fn cubic(distance: f32) -> f32 {
    const A: f32 = -0.75;
    let x = distance.abs();
    if x <= 1.0 { ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0 } else { ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A }
}
