//! Facts about the arena's content while a plan is followed. A region holds what was written there last; tensors of other shapes
//! that lie at the same place are the same elements.

use super::fact::{Axis, Fact, Range, Sum};
use maasm_plan::ElementType;

/// Elements of one value, side by side.
#[derive(Clone, Copy)]
struct Region {
    start: u64,
    end: u64,
    element_type: ElementType,
    fact: Fact,
}

/// The arena.
#[derive(Default)]
pub struct Memory {
    /// In order, none overlapping another.
    regions: Vec<Region>,
    values: usize,
}

impl Memory {
    /// A value that is no other.
    pub fn value(&mut self) -> usize {
        self.values += 1;
        self.values
    }

    /// Forgets what was known of these bytes.
    pub fn forget(&mut self, start: u64, end: u64) {
        let mut kept = Vec::with_capacity(self.regions.len() + 1);
        for region in std::mem::take(&mut self.regions) {
            if region.end <= start || end <= region.start {
                kept.push(region);
                continue;
            }
            for (start, end) in [(region.start, start.min(region.end)), (end.max(region.start), region.end)] {
                if start < end {
                    let fact = region.fact.part(self.value());
                    kept.push(Region { start, end, fact, ..region });
                }
            }
        }
        self.regions = kept;
    }

    /// Keeps what is known of elements that were written.
    pub fn write(&mut self, start: u64, end: u64, element_type: ElementType, fact: Fact) {
        if start >= end {
            return;
        }
        self.forget(start, end);
        let place = self.regions.partition_point(|region| region.start < start);
        self.regions.insert(place, Region { start, end, element_type, fact });
    }

    /// Looks up what is known of elements that are read.
    pub fn read(&mut self, start: u64, end: u64, element_type: ElementType) -> Fact {
        let first = self.regions.partition_point(|region| region.end <= start);
        let read: Vec<Region> = self.regions[first..].iter().take_while(|region| region.start < end).copied().collect();
        let nothing = Range::ALL;
        if let [region] = read[..]
            && (region.start, region.end, region.element_type) == (start, end, element_type)
        {
            return region.fact;
        }
        let mut at = start;
        let whole = read.iter().all(|region| {
            let follows = region.start <= at && region.element_type == element_type;
            at = region.end;
            follows
        });
        let id = self.value();
        if !whole || at < end || read.is_empty() {
            return Fact::within(id, nothing);
        }
        let range = read.iter().map(|region| region.fact.range).reduce(Range::or).unwrap_or(nothing);
        let is_exact = read.first().is_some_and(|one| one.start == start) && at == end;
        let sum = is_exact.then(|| together(read.iter().map(|region| region.fact.sum))).flatten();
        Fact { whole: read.iter().all(|region| region.fact.whole), sum, ..Fact::within(id, range) }
    }
}

/// Joins the sums of parts that lie one behind the other, along an axis that all of them have.
fn together(mut sums: impl Iterator<Item = Option<Sum>>) -> Option<Sum> {
    let first = sums.next()??;
    sums.try_fold(first, |all, sum| {
        let sum = sum?;
        let alike = (sum.axis.extent, sum.axis.inner) == (all.axis.extent, all.axis.inner) && sum.total == all.total;
        let axis = Axis { outer: all.axis.outer + sum.axis.outer, ..all.axis };
        alike.then_some(Sum { axis, error: all.error.max(sum.error), ..all })
    })
}
