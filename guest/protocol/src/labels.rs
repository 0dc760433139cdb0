//! Which class of a model a label means.

use std::collections::HashMap;
use std::fmt;

/// The names of a model's classes.
#[derive(Debug)]
pub struct Labels {
    classes: usize,
    /// Each class's names, in index order; empty where the model has none.
    names: Vec<String>,
    /// Names as they are, as they are read by people, and their parts between commas.
    exact: HashMap<String, Meaning>,
    plain: HashMap<String, Meaning>,
    parts: HashMap<String, Meaning>,
}

/// The classes that have a name: one, or two of several.
type Meaning = (u32, Option<u32>);

/// Why a label is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoLabel {
    /// No class is called that.
    Unknown {
        /// The label.
        label: String,
        /// How many classes there are.
        classes: usize,
        /// The names most like it.
        near: Vec<String>,
    },
    /// Several are.
    Ambiguous {
        /// The label.
        label: String,
        /// Two of them.
        classes: [u32; 2],
    },
}

/// How many names most like an unknown label are told.
const NEAR: usize = 3;

/// How alike two names must be to be told, by Jaro and Winkler (Winkler 1990), 0 to 1; and how much less by the letters that
/// differ (Damerau 1964).
const ALIKE: f64 = 0.75;
const MARGIN: f64 = 0.15;

impl Labels {
    /// Names of so many classes, in index order; none where the model has no names.
    pub fn new(names: &[String], classes: usize) -> Self {
        let (mut exact, mut plain, mut parts) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (index, name) in (0..).zip(names) {
            note(&mut exact, name.clone(), index);
            note(&mut plain, simple(name), index);
            name.split(',').for_each(|part| note(&mut parts, simple(part), index));
        }
        Self { classes, names: names.to_vec(), exact, plain, parts }
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// A class's name; its index in decimal digits where it has none.
    pub fn name(&self, index: u32) -> String {
        self.names.get(index as usize).cloned().unwrap_or_else(|| index.to_string())
    }

    /// The class that a label means: by its name; by its name whatever the case, `_` read as a space; by one of several
    /// names between commas; by its index.
    ///
    /// # Errors
    /// If no class is called that, or several are.
    pub fn find(&self, label: &str) -> Result<u32, NoLabel> {
        let key = simple(label);
        let maps = [(&self.exact, label), (&self.plain, &key), (&self.parts, &key)];
        if let Some(&(first, second)) = maps.into_iter().find_map(|(map, key)| map.get(key)) {
            return match second {
                None => Ok(first),
                Some(second) => Err(NoLabel::Ambiguous { label: label.into(), classes: [first, second] }),
            };
        }
        match label.trim().parse::<u32>() {
            Ok(index) if (index as usize) < self.classes => Ok(index),
            _ => Err(NoLabel::Unknown { label: label.into(), classes: self.classes, near: self.near(&key) }),
        }
    }

    fn near(&self, key: &str) -> Vec<String> {
        let mut near: Vec<(f64, &String)> = self.names.iter().map(|name| (likeness(key, name), name)).collect();
        near.retain(|(alike, _)| *alike >= ALIKE);
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.into_iter().take(NEAR).map(|(_, name)| name.clone()).collect()
    }
}

/// As people read it.
fn simple(label: &str) -> String {
    label.replace('_', " ").split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// How alike a label and a name, or one of its parts between commas, are.
fn likeness(key: &str, name: &str) -> f64 {
    let likeness = |part: &str| {
        let part = simple(part);
        // The one knows beginnings, the other letters that changed places.
        strsim::jaro_winkler(key, &part).max(strsim::normalized_damerau_levenshtein(key, &part) + MARGIN)
    };
    name.split(',').chain([name]).map(likeness).fold(0.0, f64::max)
}

fn note(map: &mut HashMap<String, Meaning>, key: String, index: u32) {
    let meaning = map.entry(key).or_insert((index, None));
    if meaning.0 != index && meaning.1.is_none() {
        meaning.1 = Some(index);
    }
}

impl fmt::Display for NoLabel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { label, classes, near } => {
                write!(formatter, "the model has no class {label:?}")?;
                match (near.is_empty(), *classes) {
                    (false, _) => {
                        let near: Vec<String> = near.iter().map(|name| format!("{name:?}")).collect();
                        write!(formatter, "; did you mean {}?", near.join(" or "))
                    }
                    (true, 0) => write!(formatter, ", it has none at all"),
                    (true, classes) => write!(formatter, "; give a name or an index, 0 to {}", classes - 1),
                }
            }
            Self::Ambiguous { label, classes: [a, b] } => {
                write!(formatter, "the label {label:?} may mean class {a} or class {b}; give the index")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        let names = ["tench, Tinca tinca", "crane", "great_white shark", "Crane, lift", "7"];
        Labels::new(&names.map(String::from), 9)
    }

    #[test]
    fn a_class_is_found_by_its_name_a_part_of_it_or_its_index() {
        let found = ["tench, Tinca tinca", "Tinca_Tinca", "great white SHARK", "crane", "lift", "7", "8"]
            .map(|label| labels().find(label));
        assert_eq!(found, [Ok(0), Ok(0), Ok(2), Ok(1), Ok(3), Ok(4), Ok(8)]);
    }

    #[test]
    fn what_is_no_class_is_told_with_what_was_probably_meant() {
        let told = |label: &str| labels().find(label).unwrap_err().to_string();
        assert_eq!(told("tensh"), r#"the model has no class "tensh"; did you mean "tench, Tinca tinca"?"#);
        assert_eq!(told("9"), r#"the model has no class "9"; give a name or an index, 0 to 8"#);
        assert_eq!(told("zebra"), r#"the model has no class "zebra"; give a name or an index, 0 to 8"#);
    }

    #[test]
    fn a_label_that_means_two_classes_means_none() {
        let labels = Labels::new(&["Crane".into(), "crane".into(), "maillot".into(), "maillot".into()], 4);
        assert_eq!(labels.find("crane"), Ok(1));
        assert_eq!(labels.find("CRANE"), Err(NoLabel::Ambiguous { label: "CRANE".into(), classes: [0, 1] }));
        let told = labels.find("maillot").unwrap_err().to_string();
        assert_eq!(told, r#"the label "maillot" may mean class 2 or class 3; give the index"#);
    }
}
