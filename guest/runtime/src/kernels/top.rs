//! The largest or smallest elements.

use super::integers;
use maasm_plan::ElementType;
use maasm_plan::op::Top;

/// `order` holds `extent` places of working memory.
pub fn run(op: &Top, element_type: ElementType, x: &[u8], order: &mut [u32], y: &mut [u8]) {
    let size = element_type.size() as usize;
    let (extent, inner, count) = (op.extent as usize, op.inner as usize, op.count as usize);
    for line in 0..op.outer as usize * inner {
        let (outer, lane) = (line / inner, line % inner);
        let at = |place: u32| (outer * extent + place as usize) * inner + lane;
        // What is wanted first has the smallest key.
        let key = |place: u32| {
            let key = key(element_type, x, at(place));
            (if op.largest { !key } else { key }, place)
        };
        order.iter_mut().enumerate().for_each(|(i, place)| *place = i as u32);
        if count < extent {
            order.select_nth_unstable_by_key(count, |&place| key(place));
        }
        order[..count].sort_unstable_by_key(|&place| key(place));
        for (i, &place) in order[..count].iter().enumerate() {
            let to = (outer * count + i) * inner + lane;
            if op.places {
                bytemuck::cast_slice_mut(y)[to] = i64::from(place);
            } else {
                y[to * size..][..size].copy_from_slice(&x[at(place) * size..][..size]);
            }
        }
    }
}

/// An integer that orders as the element does; zeros of either sign are one, and NaN is beyond infinity.
fn key(element_type: ElementType, x: &[u8], at: usize) -> i64 {
    if element_type != ElementType::F32 {
        return integers::key(element_type, integers::get(element_type, x, at));
    }
    let bits = (bytemuck::cast_slice::<u8, f32>(x)[at] + 0.0).to_bits() as i32;
    i64::from(if bits < 0 { bits ^ i32::MAX } else { bits })
}
