//! Which channels have to leave together.

/// Union-find over channels.
#[derive(Default)]
pub(super) struct Classes {
    parents: Vec<usize>,
}

impl Classes {
    /// New channels, each alone.
    pub fn fresh(&mut self, count: usize) -> Vec<usize> {
        let first = self.parents.len();
        self.parents.extend(first..first + count);
        (first..first + count).collect()
    }

    /// The class of a channel: the channel of it that came first.
    pub fn of(&mut self, channel: usize) -> usize {
        let mut class = channel;
        while self.parents[class] != class {
            self.parents[class] = self.parents[self.parents[class]];
            class = self.parents[class];
        }
        class
    }

    pub fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        self.parents[a.max(b)] = a.min(b);
    }

    pub fn len(&self) -> usize {
        self.parents.len()
    }
}
