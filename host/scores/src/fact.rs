//! Facts about a tensor's elements that hold for every input.

/// Bounds between which every element lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub low: f64,
    pub high: f64,
}

impl Range {
    /// Nothing is known.
    pub const ALL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// Between the least and the greatest of some numbers; whatever they are, if one is not a number.
    pub fn of(numbers: &[f64]) -> Self {
        if numbers.iter().any(|number| number.is_nan()) {
            return Self::ALL;
        }
        let fold = |start: f64, pick: fn(f64, f64) -> f64| numbers.iter().copied().fold(start, pick);
        Self { low: fold(f64::INFINITY, f64::min), high: fold(f64::NEG_INFINITY, f64::max) }
    }

    /// Of elements that are from either.
    pub fn or(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// Through a function that never falls.
    pub fn rising(self, function: impl Fn(f64) -> f64) -> Self {
        Self::of(&[function(self.low), function(self.high)])
    }

    pub fn is_within(self, low: f64, high: f64) -> bool {
        low <= self.low && self.high <= high
    }

    /// The one number that all elements are, if they are.
    pub fn only(self) -> Option<f64> {
        (self.low == self.high).then_some(self.low)
    }

    /// The farthest from zero.
    pub fn reach(self) -> f64 {
        self.low.abs().max(self.high.abs())
    }
}

/// An axis in memory: elements `(o · extent + e) · inner + i`, for every e.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    pub outer: usize,
    pub extent: usize,
    pub inner: usize,
}

impl Axis {
    pub fn new(outer: u32, extent: u32, inner: u32) -> Self {
        Self { outer: outer as usize, extent: extent as usize, inner: inner as usize }
    }

    /// Checks that there is no other axis.
    pub fn is_whole(self) -> bool {
        self.outer * self.inner == 1
    }

    /// Places this axis in the tensor that is left when another one is reduced; none if the two overlap.
    pub fn without(self, reduced: Self) -> Option<Self> {
        let (own, other) = (self.extent * self.inner, reduced.extent * reduced.inner);
        if own <= reduced.inner && reduced.inner.is_multiple_of(own) {
            return Some(Self { outer: self.outer / reduced.extent, ..self });
        }
        (self.inner >= other && self.inner.is_multiple_of(other))
            .then(|| Self { inner: self.inner / reduced.extent, ..self })
    }
}

/// The sum of the elements along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sum {
    pub axis: Axis,
    pub total: f64,
    /// The most that rounding may have moved it.
    pub error: f64,
}

/// A bound on a tensor's elements by those of another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Above {
    /// The value, none of whose elements is below 0.
    pub of: usize,
    /// The axis along which one element here stands for all of them there; none where elements stand at the same places.
    pub along: Option<Axis>,
    /// True if an element here is the sum of them; it is at least as large as each of them in any case.
    pub exact: bool,
    /// True if the bound is on the inverse of the elements here.
    pub inverse: bool,
}

/// Everything that is known of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fact {
    /// The value. Where it is the same, the same elements stand at the same places.
    pub id: usize,
    pub range: Range,
    /// True if they are whole numbers.
    pub whole: bool,
    pub sum: Option<Sum>,
    /// The axis along which the exponentials of the elements add up to 1.
    pub logarithms: Option<Axis>,
    pub above: Option<Above>,
}

/// The share of a sum that bounds may cut off and leave it what it is: so much rounding does.
const CUT: f64 = 0.05;

impl Fact {
    /// Of a value of which only the range is known.
    pub fn within(id: usize, range: Range) -> Self {
        Self { id, range, whole: false, sum: None, logarithms: None, above: None }
    }

    /// Times a number.
    pub fn scaled(self, id: usize, factor: f64) -> Self {
        let times = |value: f64| if value == 0.0 || factor == 0.0 { 0.0 } else { value * factor };
        let sum = self.sum.map(|sum| Sum { total: sum.total * factor, error: sum.error * factor.abs(), ..sum });
        let range = Range::of(&[times(self.range.low), times(self.range.high)]);
        Self { whole: self.whole && factor.fract() == 0.0, sum, ..Self::within(id, range) }
    }

    /// Plus a number.
    pub fn shifted(self, id: usize, by: f64) -> Self {
        let sum = self.sum.map(|sum| Sum { total: sum.total + by * sum.axis.extent as f64, ..sum });
        let range = Range::of(&[self.range.low + by, self.range.high + by]);
        Self { whole: self.whole && by.fract() == 0.0, sum, ..Self::within(id, range) }
    }

    /// Rounded to whole numbers, by a function that never falls and moves nothing by more than `most`.
    pub fn rounded(self, id: usize, most: f64, round: impl Fn(f64) -> f64) -> Self {
        let range = self.range.rising(round);
        let error = if self.whole { 0.0 } else { most };
        let sum = self.sum.map(|sum| Sum { error: sum.error + self.moved(sum, error), ..sum });
        Self { whole: true, sum, ..Self::within(id, range) }
    }

    /// Kept between two bounds.
    pub fn clamped(self, id: usize, low: f64, high: f64) -> Self {
        if self.range.is_within(low, high) {
            return Self { id, ..self };
        }
        let kept = |value: f64| value.max(low).min(high);
        let sum = self.sum.map(|sum| (sum, self.cut(sum, low, high)));
        let sum = sum.filter(|(sum, cut)| *cut <= CUT * sum.total.abs());
        let sum = sum.map(|(sum, cut)| Sum { error: sum.error + cut, ..sum });
        let whole = self.whole && [low, high].iter().all(|bound| bound.fract() == 0.0 || bound.is_infinite());
        Self { whole, sum, ..Self::within(id, self.range.rising(kept)) }
    }

    /// The most that a sum changes if each element moves by as much as this. Of numbers that are not negative no more
    /// than the whole sum can be lost or come to it: those that become 0 were parts of it, and no more of the others can
    /// be in it than add up to it.
    fn moved(&self, sum: Sum, each: f64) -> f64 {
        let all = each * sum.axis.extent as f64;
        if self.range.low >= 0.0 { all.min(sum.total.abs() + each) } else { all }
    }

    /// The most that a sum changes if bounds cut values off.
    fn cut(&self, sum: Sum, low: f64, high: f64) -> f64 {
        let extent = sum.axis.extent as f64;
        let raised = (low - self.range.low).max(0.0) * extent;
        // Of numbers that are not negative, only so many can be above the bound.
        let many =
            if self.range.low >= 0.0 && high > 0.0 { (sum.total / high).ceil().clamp(1.0, extent) } else { extent };
        raised.max((self.range.high - high).max(0.0) * many)
    }

    /// A part of it, or some of its elements elsewhere.
    pub fn part(self, id: usize) -> Self {
        Self { whole: self.whole, ..Self::within(id, self.range) }
    }
}
