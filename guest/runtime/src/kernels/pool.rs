//! Max and average pooling.

use super::{Geometry, Window};
use maasm_plan::op::{Pool, PoolKind};

/// Channels are innermost, so that the compiler vectorises over them.
pub fn run(op: &Pool, geometry: &Geometry, x: &[f32], y: &mut [f32]) {
    let window = Window { window: op.window, stride: op.stride, dilation: op.dilation, pad_before: op.pad_before };
    let channels = geometry.channels;
    let pixels = geometry.size[0] * geometry.size[1];
    let start = if op.kind == PoolKind::Max { f32::NEG_INFINITY } else { 0.0 };
    for ([n, row, column], y) in geometry.out_pixels().zip(y.chunks_exact_mut(channels)) {
        y.fill(start);
        let mut count = 0u32;
        for (_, pixel) in window.cells(geometry.size, [row, column]) {
            let x = &x[(n * pixels + pixel) * channels..][..channels];
            count += 1;
            if op.kind == PoolKind::Max {
                y.iter_mut().zip(x).for_each(|(y, &x)| *y = if x > *y { x } else { *y });
            } else {
                y.iter_mut().zip(x).for_each(|(y, x)| *y += x);
            }
        }
        let divisor = match op.kind {
            PoolKind::Max | PoolKind::Sum | PoolKind::ArgMax | PoolKind::ArgMaxColumnMajor => continue,
            PoolKind::Average => count.max(1) as f32,
            PoolKind::AverageWithPadding => op.window[0] as f32 * op.window[1] as f32,
        };
        y.iter_mut().for_each(|y| *y /= divisor);
    }
}

/// The largest of bytes, which padding never is.
pub fn largest_bytes(op: &Pool, geometry: &Geometry, x: &[u8], y: &mut [u8]) {
    let window = Window { window: op.window, stride: op.stride, dilation: op.dilation, pad_before: op.pad_before };
    let channels = geometry.channels;
    let pixels = geometry.size[0] * geometry.size[1];
    for ([n, row, column], y) in geometry.out_pixels().zip(y.chunks_exact_mut(channels)) {
        y.fill(0);
        for (_, pixel) in window.cells(geometry.size, [row, column]) {
            let x = &x[(n * pixels + pixel) * channels..][..channels];
            y.iter_mut().zip(x).for_each(|(y, &x)| *y = x.max(*y));
        }
    }
}

/// Finds where the largest cells lie; of several the first.
pub fn find(op: &Pool, geometry: &Geometry, x: &[f32], y: &mut [i64]) {
    let window = Window { window: op.window, stride: op.stride, dilation: op.dilation, pad_before: op.pad_before };
    let ([height, width], channels) = (geometry.size, geometry.channels);
    for ([n, row, column], y) in geometry.out_pixels().zip(y.chunks_exact_mut(channels)) {
        for (channel, y) in y.iter_mut().enumerate() {
            let value = |pixel: usize| x[(n * height * width + pixel) * channels + channel];
            let cells = window.cells(geometry.size, [row, column]).map(|(_, pixel)| pixel);
            let best = cells.reduce(|best, pixel| if value(pixel) > value(best) { pixel } else { best }).unwrap_or(0);
            let within = match op.kind {
                PoolKind::ArgMaxColumnMajor => best % width * height + best / width,
                _ => best,
            };
            *y = ((n * channels + channel) * height * width + within) as i64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_of_bytes_is_found_where_the_largest_of_numbers_is() {
        let op = Pool { kind: PoolKind::Max, window: [3, 2], stride: [2, 1], dilation: [1, 2], pad_before: [1, 1] };
        let geometry = Geometry::new(&[2, 5, 4, 3], &[2, 3, 3, 3]);
        let bytes: Vec<u8> = (0..120u32).map(|i| (i * 89 % 128) as u8).collect();
        let numbers: Vec<f32> = bytes.iter().map(|&byte| byte.into()).collect();
        let (mut of_bytes, mut of_numbers) = ([255; 54], [f32::NAN; 54]);
        largest_bytes(&op, &geometry, &bytes, &mut of_bytes);
        run(&op, &geometry, &numbers, &mut of_numbers);
        assert_eq!(of_bytes.map(f32::from), of_numbers);
    }
}
