//! Where every buffer lies in the arena.

use maasm_plan::ALIGNMENT;

/// A buffer and the steps between which it must not be overwritten.
#[derive(Clone, Debug)]
pub struct Lifetime {
    /// Bytes.
    pub bytes: u64,
    /// The first step at which it holds something.
    pub first: usize,
    /// The last step at which it is needed.
    pub last: usize,
}

/// An offset for each buffer, and the bytes of arena that all take together.
///
/// Largest first, each at the lowest place that is free during its whole life ("greedy by size" in Pisarchyk and
/// Lee, *Efficient Memory Management for Deep Neural Net Inference*, 2020).
pub fn place(lifetimes: &[Lifetime]) -> (Vec<u64>, u64) {
    let mut by_size: Vec<usize> = (0..lifetimes.len()).collect();
    by_size.sort_by_key(|&index| (std::cmp::Reverse(lifetimes[index].bytes), lifetimes[index].first, index));
    let mut offsets = vec![0; lifetimes.len()];
    let mut placed: Vec<usize> = Vec::new(); // by offset
    let mut end = 0;
    for index in by_size {
        let wanted = &lifetimes[index];
        let mut offset = 0;
        for &other in &placed {
            let taken = &lifetimes[other];
            if taken.first > wanted.last || taken.last < wanted.first {
                continue;
            }
            if offset + wanted.bytes <= offsets[other] {
                break;
            }
            offset = offset.max((offsets[other] + taken.bytes).next_multiple_of(ALIGNMENT));
        }
        offsets[index] = offset;
        end = end.max(offset + wanted.bytes);
        let at = placed.partition_point(|&other| offsets[other] <= offset);
        placed.insert(at, index);
    }
    (offsets, end.next_multiple_of(ALIGNMENT))
}

#[cfg(test)]
mod tests {
    use super::{Lifetime, place};

    fn alive(bytes: u64, first: usize, last: usize) -> Lifetime {
        Lifetime { bytes, first, last }
    }

    #[test]
    fn buffers_that_live_at_the_same_time_lie_apart_and_others_share() {
        let lifetimes = [alive(640, 0, 1), alive(100, 1, 2), alive(640, 2, 3), alive(64, 0, 3), alive(64, 3, 3)];
        let (offsets, end) = place(&lifetimes);
        for (i, a) in lifetimes.iter().enumerate() {
            for (j, b) in lifetimes.iter().enumerate().skip(i + 1) {
                let together = a.first <= b.last && b.first <= a.last;
                let apart = offsets[i] + a.bytes <= offsets[j] || offsets[j] + b.bytes <= offsets[i];
                assert!(!together || apart, "{i} and {j} collide: {offsets:?}");
            }
        }
        assert_eq!(offsets[0], offsets[2], "the two large ones take turns");
        assert!(end <= 640 + 128 + 64, "{end}");
    }
}
