//! Results whose number depends on the input.

use super::integers;
use maasm_plan::ElementType;
use maasm_plan::op::{Count, NonZero, Suppress};

/// What a row that is not used holds.
const UNUSED: i64 = -1;

/// The inputs of [`Suppress`].
pub struct Candidates<'a> {
    /// Boxes by picture.
    pub boxes: &'a [f32],
    /// Scores by picture and class.
    pub scores: &'a [f32],
    /// How many are kept of a class at most.
    pub most: i64,
    /// The overlap above which a box is dropped.
    pub overlap: f32,
    /// The score that a box must exceed.
    pub score: f32,
}

/// `order` has a place for every box of a picture.
pub fn suppress(op: &Suppress, given: &Candidates, order: &mut [u32], y: &mut [i64]) {
    y.fill(UNUSED);
    let (count, classes) = (op.boxes as usize, op.classes as usize);
    let most = given.most.clamp(0, op.limit.into()) as usize;
    let mut rows = y.as_chunks_mut::<3>().0.iter_mut();
    for batch in 0..op.batch as usize {
        let boxes = &given.boxes.as_chunks::<4>().0[batch * count..][..count];
        for class in 0..classes {
            let scores = &given.scores[(batch * classes + class) * count..][..count];
            let mut candidates = 0;
            for (index, &score) in scores.iter().enumerate() {
                if score > given.score {
                    order[candidates] = index as u32;
                    candidates += 1;
                }
            }
            let order = &mut order[..candidates];
            order.sort_unstable_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]).then(a.cmp(&b)));
            // Those that are kept move to the front.
            let mut kept = 0;
            for place in 0..candidates {
                if kept == most {
                    break;
                }
                let index = order[place];
                let candidate = corners(op, boxes[index as usize]);
                let free = order[..kept]
                    .iter()
                    .all(|&other| overlap(candidate, corners(op, boxes[other as usize])) <= given.overlap);
                if free {
                    order[kept] = index;
                    kept += 1;
                    if let Some(row) = rows.next() {
                        *row = [batch as i64, class as i64, index.into()];
                    }
                }
            }
        }
    }
}

/// The low and the high corner of a box.
fn corners(op: &Suppress, [a, b, c, d]: [f32; 4]) -> [f32; 4] {
    if op.centred {
        [a - c / 2.0, b - d / 2.0, a + c / 2.0, b + d / 2.0]
    } else {
        [a.min(c), b.min(d), a.max(c), b.max(d)]
    }
}

/// The common area of two boxes as a part of the area that they cover together.
fn overlap(a: [f32; 4], b: [f32; 4]) -> f32 {
    let side = |low: usize, high: usize| (a[high].min(b[high]) - a[low].max(b[low])).max(0.0);
    let area = |[x, y, to_x, to_y]: [f32; 4]| (to_x - x) * (to_y - y);
    let common = side(0, 2) * side(1, 3);
    let together = area(a) + area(b) - common;
    if common <= 0.0 || together <= 0.0 { 0.0 } else { common / together }
}

/// Rows of coordinates.
pub fn non_zero(op: &NonZero, element_type: ElementType, x: &[u8], y: &mut [i64]) {
    y.fill(UNUSED);
    if op.shape.is_empty() {
        return;
    }
    let elements: usize = op.shape.iter().map(|&extent| extent as usize).product();
    let mut rows = y.chunks_exact_mut(op.shape.len());
    for index in 0..elements {
        let zero = match element_type {
            ElementType::F32 => bytemuck::cast_slice::<u8, f32>(x)[index] == 0.0,
            other => integers::get(other, x, index) == 0,
        };
        if zero {
            continue;
        }
        let Some(row) = rows.next() else { return };
        let mut rest = index;
        for (place, &extent) in row.iter_mut().zip(&op.shape).rev() {
            *place = (rest % extent as usize) as i64;
            rest /= extent as usize;
        }
    }
}

/// How many rows are used.
pub fn count(op: &Count, x: &[i64], y: &mut [i64]) {
    y[0] = x.chunks_exact(op.width as usize).take_while(|row| row[0] != UNUSED).count() as i64;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(overlap: f32, most: i64) -> Vec<i64> {
        let op = Suppress { batch: 1, classes: 1, boxes: 3, limit: 3, centred: false };
        // The second covers half of what the first does; the third lies elsewhere, its corners the other way round.
        let boxes = [0.0, 0.0, 2.0, 2.0, 0.0, 0.0, 2.0, 1.0, 9.0, 9.0, 5.0, 5.0];
        let given = Candidates { boxes: &boxes, scores: &[0.9, 0.8, 0.7], most, overlap, score: 0.1 };
        let mut y = [0; 9];
        suppress(&op, &given, &mut [0; 3], &mut y);
        let mut used = [0];
        count(&Count { width: 3 }, &y, &mut used);
        y.as_chunks::<3>().0[..used[0] as usize].iter().map(|row| row[2]).collect()
    }

    #[test]
    fn boxes_that_a_better_one_covers_are_dropped() {
        assert_eq!(kept(0.4, 3), [0, 2]);
        assert_eq!(kept(0.6, 3), [0, 1, 2]);
        assert_eq!(kept(0.4, 1), [0]);
        assert_eq!(kept(0.4, 0), [0i64; 0]);
    }

    #[test]
    fn what_is_not_zero_is_found_in_order() {
        let op = NonZero { shape: vec![2, 2] };
        let mut y = [0; 8];
        non_zero(&op, ElementType::F32, bytemuck::cast_slice(&[0.0f32, -1.0, -0.0, 2.0]), &mut y);
        assert_eq!(y, [0, 1, 1, 1, -1, -1, -1, -1]);
    }
}
