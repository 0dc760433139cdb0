//! Parameters of the address, strictly: unknown ones are refused, since a misspelt one that is ignored gives a wrong
//! answer instead of an error.

use crate::{Kind, Problem};
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, Error};

/// The parameters of the address, of a type that says `deny_unknown_fields`.
///
/// # Errors
/// If one is unknown, missing or wrong.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs)
        .map_err(|error| Problem::new(Kind::BadParameter, format!("in the address's query: {error}")))
}

/// How many of the likeliest classes are asked for: at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopK(pub u32);

impl Default for TopK {
    fn default() -> Self {
        Self(5)
    }
}

impl<'de> Deserialize<'de> for TopK {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = TopK;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("how many classes to give")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<TopK, E> {
                let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                // More than there can be is all that there are.
                let value = if digits { text.parse().unwrap_or(u32::MAX) } else { 0 };
                match value {
                    0 => Err(E::custom(format!("{text:?} is not a number of classes; give a whole number from 1"))),
                    value => Ok(TopK(value)),
                }
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default, deny_unknown_fields)]
    struct Asked {
        top_k: TopK,
    }

    fn asked(query: &str) -> Result<TopK, String> {
        parse::<Asked>(query).map(|asked| asked.top_k).map_err(|problem| problem.detail().to_owned())
    }

    #[test]
    fn as_many_classes_as_are_asked_for_and_five_otherwise() {
        assert_eq!(asked(""), Ok(TopK(5)));
        assert_eq!(asked("top_k=1"), Ok(TopK(1)));
        assert_eq!(asked("top_k=1000000000"), Ok(TopK(1_000_000_000)));
        assert_eq!(asked("top_k=99999999999999999999"), Ok(TopK(u32::MAX)));
    }

    #[test]
    fn no_number_of_classes_is_refused_with_what_was_given() {
        for wrong in ["0", "-1", "abc", "1.5", ""] {
            let reason = asked(&format!("top_k={wrong}")).unwrap_err();
            assert!(reason.contains(&format!("{wrong:?} is not a number of classes")), "{reason}");
        }
    }

    #[test]
    fn an_unknown_parameter_is_refused_by_name() {
        let reason = asked("topk=3").unwrap_err();
        assert!(reason.contains("topk"), "{reason}");
    }
}
