use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a version was found among others that were tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Search {
    /// How many samples the candidates were compared on. The report is about others, since what was chosen by some looks
    /// better on them than it is.
    pub samples: u64,
    /// Everything that was tried, in order; the first is the version that the search began with.
    pub candidates: Vec<Candidate>,
}

/// A version that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    /// How it is made.
    pub recipe: String,
    /// Its component's size in bytes.
    pub size: u64,
    /// How long one inference takes, in milliseconds, as a share of the first candidate's time in the same minute.
    pub time: f64,
    /// The share of the samples that it recognises rightly.
    pub accuracy: f64,
    /// Whether no other is at least as good in all three and better in one: whether it is on the Pareto frontier.
    pub frontier: bool,
    /// Whether it was chosen.
    pub chosen: bool,
}

impl Search {
    /// Finds out which candidates are on the frontier.
    pub fn mark_frontier(&mut self) {
        let figures: Vec<_> = self.candidates.iter().map(|one| (one.size as f64, one.time, -one.accuracy)).collect();
        for (candidate, own) in self.candidates.iter_mut().zip(&figures) {
            let beats = |other: &(f64, f64, f64)| {
                let no_worse = other.0 <= own.0 && other.1 <= own.1 && other.2 <= own.2;
                no_worse && other != own
            };
            candidate.frontier = !figures.iter().any(beats);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_beats_in_everything_is_not_on_the_frontier() {
        let candidate = |size, time, accuracy| Candidate {
            recipe: String::new(),
            size,
            time,
            accuracy,
            frontier: false,
            chosen: false,
        };
        let candidates =
            vec![candidate(10, 1.0, 0.9), candidate(5, 0.5, 0.89), candidate(6, 0.6, 0.89), candidate(4, 2.0, 0.5)];
        let mut search = Search { samples: 9, candidates };
        search.mark_frontier();
        let marked: Vec<bool> = search.candidates.iter().map(|one| one.frontier).collect();
        assert_eq!(marked, [true, true, false, true]);
    }
}
