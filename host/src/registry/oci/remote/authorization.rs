//! What a registry wants to see with each request: nothing, user and password, or a token that it gives for them.

use super::super::credentials::Credentials;
use super::error::Error;
use super::session::Session;
use oci_client::RegistryOperation;
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError;
use oci_client::secrets::RegistryAuth;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use reqwest::{RequestBuilder, StatusCode};

/// What we show with each request.
#[derive(Clone)]
pub enum Authorization {
    /// User and password.
    Basic,
    /// A token.
    Bearer(String),
}

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
        let challenges = || headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let begins = |scheme: &str| {
            challenges().any(|text| text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)))
        };
        let authorization = if begins("Bearer ") {
            Authorization::Bearer(self.token().await?)
        } else if begins("Basic ") && self.credentials != Credentials::Anonymous {
            Authorization::Basic
        } else {
            return Err(self.unauthorized(StatusCode::UNAUTHORIZED));
        };
        *self.authorization.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(authorization);
        Ok(())
    }

    /// A token for this repository and for what we are about to do.
    async fn token(&self) -> Result<String, Error> {
        let authentication = match &self.credentials {
            Credentials::Anonymous => RegistryAuth::Anonymous,
            Credentials::Password { user, password } => RegistryAuth::Basic(user.clone(), password.clone()),
        };
        let (registry, path) = (&self.reference.repository.registry(), self.reference.repository.path());
        let image = oci_client::Reference::with_tag((*registry).into(), path.into(), "latest".into());
        let client = oci_client::Client::try_from(ClientConfig {
            protocol: if self.is_plain() { ClientProtocol::Http } else { ClientProtocol::Https },
            connect_timeout: Some(self.options.connect_timeout),
            read_timeout: Some(self.options.idle_timeout),
            ..ClientConfig::default()
        });
        let operation = if self.is_push { RegistryOperation::Push } else { RegistryOperation::Pull };
        let token = match client {
            Ok(client) => client.auth(&image, &authentication, operation).await,
            Err(error) => Err(error),
        };
        match token {
            Ok(Some(token)) => Ok(token),
            Ok(None) | Err(OciDistributionError::AuthenticationFailure(_)) => {
                Err(self.unauthorized(StatusCode::UNAUTHORIZED))
            }
            Err(OciDistributionError::RequestError(error)) => Err(self.unreachable(error)),
            Err(error) => Err(self.broken(error.to_string())),
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
