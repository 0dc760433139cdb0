//! Many short texts in one piece of memory: each on its own would take half as much again.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Texts in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// One after the other.
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Texts {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text at this place, if there are as many.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start as usize..end as usize)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl<S: AsRef<str>> FromIterator<S> for Texts {
    /// # Panics
    /// If they have 4 GiB together.
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for one in texts {
            text.push_str(one.as_ref());
            ends.push(u32::try_from(text.len()).expect("texts are short"));
        }
        Self { text, ends }
    }
}

impl<S: AsRef<str>> From<Vec<S>> for Texts {
    fn from(texts: Vec<S>) -> Self {
        texts.into_iter().collect()
    }
}

impl<S: AsRef<str>, const N: usize> From<[S; N]> for Texts {
    fn from(texts: [S; N]) -> Self {
        texts.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_out_as_they_went_in() {
        let all = ["tabby", "", "größer", "lynx"];
        let texts = Texts::from(all);
        assert_eq!(texts.len(), 4);
        assert!(texts.iter().eq(all));
        assert_eq!((texts.get(2), texts.get(4)), (Some("größer"), None));
        assert!(Texts::default().is_empty());
    }

    #[test]
    fn ends_that_make_no_sense_give_nothing() {
        let texts = Texts { text: "größer".into(), ends: [3, 2, 99].into() };
        assert_eq!([0, 1, 2].map(|index| texts.get(index)), [None; 3]);
    }
}
