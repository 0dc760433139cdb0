//! Parameters of the address.

use super::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use maasm_protocol::query;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The parameters of the address, of a type that says `deny_unknown_fields`.
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        query::parse(parts.uri.query().unwrap_or_default()).map(Self)
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
