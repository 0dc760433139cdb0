//! One step's view of the arena: what it writes, and around that what it may read.

use std::ops::Range;

/// The arena cut around what a step writes.
pub struct Views<'a> {
    /// What lies before, between and behind the written places, each with its offset in the arena.
    shared: [(usize, &'a [u8]); 3],
    /// The step's output.
    pub output: &'a mut [u8],
    /// The step's scratch memory, empty if it has none.
    pub scratch: &'a mut [u8],
}

impl<'a> Views<'a> {
    /// Cuts the arena. The two ranges must not overlap, which a plan's validation has made sure of.
    pub fn new(arena: &'a mut [u8], output: Range<usize>, scratch: Range<usize>) -> Self {
        // Nothing has no place, and must not cut what it seems to lie in.
        let [output, scratch] = [output, scratch].map(|range| if range.is_empty() { 0..0 } else { range });
        let output_first = (output.start, output.end) <= (scratch.start, scratch.end);
        let (first, second) = if output_first { (output, scratch) } else { (scratch, output) };
        let (head, tail) = arena.split_at_mut(second.start);
        let (second_view, behind) = tail.split_at_mut(second.len());
        let (before, rest) = head.split_at_mut(first.start);
        let (first_view, between) = rest.split_at_mut(first.len());
        let shared: [(usize, &[u8]); 3] = [(0, before), (first.end, between), (second.end, behind)];
        let (output, scratch) = if output_first { (first_view, second_view) } else { (second_view, first_view) };
        Self { shared, output, scratch }
    }

    /// What lies at `range`, if no part of it is written.
    pub fn read(&self, range: Range<usize>) -> Option<&'a [u8]> {
        if range.is_empty() {
            return Some(&[]);
        }
        self.shared
            .iter()
            .find_map(|&(offset, bytes)| bytes.get(range.start.checked_sub(offset)?..range.end.checked_sub(offset)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_the_written_places_can_be_read() {
        let mut arena: Vec<u8> = (0..100).collect();
        for (output, scratch) in [(10..20, 40..60), (40..60, 10..20), (10..60, 0..0)] {
            let views = Views::new(&mut arena, output.clone(), scratch.clone());
            assert_eq!(views.output.len(), output.len());
            assert_eq!(views.output[0], output.start as u8);
            assert_eq!(views.scratch.len(), scratch.len());
            assert_eq!(views.read(2..5), Some(&[2, 3, 4][..]));
            assert_eq!(views.read(98..100), Some(&[98, 99][..]));
            assert_eq!(views.read(8..11), None, "partly written");
            assert_eq!(views.read(59..61), None, "partly written");
            assert_eq!(views.read(15..15), Some(&[][..]));
        }
        assert_eq!(Views::new(&mut arena, 10..20, 40..60).read(20..22), Some(&[20, 21][..]));
    }

    #[test]
    fn an_empty_output_cuts_nothing() {
        let mut arena = vec![0; 100];
        let views = Views::new(&mut arena, 64..64, 0..90);
        assert!(views.output.is_empty());
        assert_eq!(views.scratch.len(), 90);
    }
}
