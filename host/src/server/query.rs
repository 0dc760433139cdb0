//! Parameters of the address, strictly: unknown ones are refused, since a misspelt one that is ignored gives a wrong
//! answer instead of an error.

use super::{Kind, Problem};
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde::{Deserialize, de};

/// The parameters of the address, of a type that says `deny_unknown_fields`.
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Query(parameters) = Query::try_from_uri(&parts.uri).map_err(|rejection| {
            let reason =
                std::error::Error::source(&rejection).map_or_else(|| rejection.to_string(), ToString::to_string);
            Problem::new(Kind::BadParameter, format!("in the address's query: {reason}"))
        })?;
        Ok(Self(parameters))
    }
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

/// Part of a list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// How many at most; 100 if absent, 1000 at most.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// What an earlier answer gave as `next`.
    after: Option<String>,
}

impl Page {
    const USUAL: usize = 100;
    const MOST: usize = 1000;

    /// How many at most.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(Self::USUAL).clamp(1, Self::MOST)
    }

    /// What was last on the page before.
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// Takes away what is one too many, and tells what the next page comes after; nothing, if this is the last one.
    pub fn cut<T>(&self, items: &mut Vec<T>, name: impl Fn(&T) -> String) -> Option<String> {
        let more = items.len() > self.limit();
        items.truncate(self.limit());
        items.last().filter(|_| more).map(name)
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

    async fn asked(query: &str) -> Result<TopK, String> {
        let address = format!("/recognize?{query}");
        let (mut parts, ()) = axum::http::Request::get(address).body(()).unwrap().into_parts();
        let parameters = Parameters::<Asked>::from_request_parts(&mut parts, &()).await;
        parameters.map(|Parameters(asked)| asked.top_k).map_err(|problem| problem.detail().to_owned())
    }

    #[tokio::test]
    async fn as_many_classes_as_are_asked_for_and_five_otherwise() {
        assert_eq!(asked("").await, Ok(TopK(5)));
        assert_eq!(asked("top_k=1").await, Ok(TopK(1)));
        assert_eq!(asked("top_k=1000000000").await, Ok(TopK(1_000_000_000)));
        assert_eq!(asked("top_k=99999999999999999999").await, Ok(TopK(u32::MAX)));
    }

    #[tokio::test]
    async fn no_number_of_classes_is_refused_with_what_was_given() {
        for wrong in ["0", "-1", "abc", "1.5", ""] {
            let reason = asked(&format!("top_k={wrong}")).await.unwrap_err();
            assert!(reason.contains(&format!("{wrong:?} is not a number of classes")), "{reason}");
        }
    }

    #[tokio::test]
    async fn an_unknown_parameter_is_refused_by_name() {
        let reason = asked("topk=3").await.unwrap_err();
        assert!(reason.contains("topk"), "{reason}");
    }
}
