//! What a registry wants to see with each request: nothing, user and password, or a token that it gives for them.

use super::super::credentials::Credentials;
use super::error::Error;
use super::session::Session;
use http_auth::ChallengeParser;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use reqwest::{RequestBuilder, StatusCode, Url};
use serde::Deserialize;

/// What we show with each request.
#[derive(Clone)]
pub enum Authorization {
    /// User and password.
    Basic,
    /// A token.
    Bearer(String),
}

/// A way to authenticate that the registry offers.
struct Challenge {
    /// `Bearer` or `Basic`, in any case.
    scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Every challenge in every `WWW-Authenticate` header; what cannot be parsed is left out.
fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    let texts = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let parsed = texts.flat_map(|text| ChallengeParser::new(text).map_while(Result::ok).collect::<Vec<_>>());
    let owned = |challenge: http_auth::ChallengeRef<'_>| Challenge {
        scheme: challenge.scheme.to_owned(),
        parameters: challenge.params.iter().map(|(name, value)| ((*name).to_owned(), value.to_unescaped())).collect(),
    };
    parsed.map(owned).collect()
}

/// The answer of a token endpoint; registries name the token one way, the other, or both.
#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

/// The largest answer of a token endpoint, in bytes.
const MAX_TOKEN: u64 = 1 << 20;

impl Session {
    /// Adds what the registry wants to see.
    pub(super) fn authorize(&self, request: RequestBuilder) -> RequestBuilder {
        let authorization = self.authorization.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match (&*authorization, &self.credentials) {
            (Some(Authorization::Bearer(token)), _) => request.bearer_auth(token),
            (Some(Authorization::Basic), Credentials::Password { user, password }) => {
                request.basic_auth(user, Some(password))
            }
            _ => request,
        }
    }

    /// Finds out what the registry wants to see after it refused to answer with these headers.
    pub(super) async fn renew_authorization(&self, headers: &HeaderMap) -> Result<(), Error> {
        let challenges = challenges(headers);
        let of = |scheme: &str| challenges.iter().find(|challenge| challenge.scheme.eq_ignore_ascii_case(scheme));
        let authorization = if let Some(bearer) = of("Bearer") {
            Authorization::Bearer(self.token(bearer).await?)
        } else if of("Basic").is_some() && self.credentials != Credentials::Anonymous {
            Authorization::Basic
        } else {
            return Err(self.unauthorized(StatusCode::UNAUTHORIZED));
        };
        *self.authorization.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(authorization);
        Ok(())
    }

    /// Requests a token for this repository and for what we are about to do, as
    /// <https://distribution.github.io/distribution/spec/auth/token/> specifies.
    async fn token(&self, challenge: &Challenge) -> Result<String, Error> {
        let realm = challenge.parameter("realm").and_then(|realm| Url::parse(realm).ok());
        let mut url =
            realm.ok_or_else(|| self.broken("it asks for a token and does not say where to get one".into()))?;
        let actions = if self.is_push { "pull,push" } else { "pull" };
        let scope = format!("repository:{}:{actions}", self.reference.repository.path());
        url.query_pairs_mut().append_pair("scope", &scope);
        if let Some(service) = challenge.parameter("service") {
            url.query_pairs_mut().append_pair("service", service);
        }
        let request = self.http.get(url);
        let request = match &self.credentials {
            Credentials::Anonymous => request,
            Credentials::Password { user, password } => request.basic_auth(user, Some(password)),
        };
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        match response.status() {
            status if status.is_success() => {
                let body = self.body(response, MAX_TOKEN, "the token").await?;
                let token =
                    serde_json::from_slice(&body).ok().and_then(|Token { token, access_token }| token.or(access_token));
                token.ok_or_else(|| self.broken("what it gives for a token is none".into()))
            }
            StatusCode::TOO_MANY_REQUESTS => Err(self.refused(response, "a token").await),
            status if status.is_server_error() => Err(self.refused(response, "a token").await),
            _ => Err(self.unauthorized(StatusCode::UNAUTHORIZED)),
        }
    }

    /// The error for who may not.
    pub(super) fn unauthorized(&self, status: StatusCode) -> Error {
        let complaint = match self.credentials {
            Credentials::Anonymous => "wants credentials, and there are none",
            Credentials::Password { .. } => "does not accept the credentials for this",
        };
        let registry = self.reference.repository.registry().to_owned();
        Error::Unauthorized { reference: self.reference.to_string(), registry, complaint, status: status.as_u16() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_found_in_one_header_and_in_several() {
        let bearer = r#"Bearer realm="https://auth.example/token",service="a \"quoted\" name""#;
        for values in [vec!["Basic realm=\"registry\"", bearer], vec![&*format!("Basic realm=\"registry\", {bearer}")]]
        {
            let mut headers = HeaderMap::new();
            values.iter().for_each(|value| _ = headers.append(WWW_AUTHENTICATE, value.parse().unwrap()));
            let found = challenges(&headers);
            assert_eq!(found.iter().map(|challenge| &*challenge.scheme).collect::<Vec<_>>(), ["Basic", "Bearer"]);
            assert_eq!(found[1].parameter("REALM"), Some("https://auth.example/token"));
            assert_eq!(found[1].parameter("service"), Some("a \"quoted\" name"));
        }
    }
}
