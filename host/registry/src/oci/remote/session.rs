//! Requests to one repository of a registry.

use super::super::credentials::{self, Credentials};
use super::super::reference::Reference;
use super::authorization::Authorization;
use super::error::Error;
use super::options::Options;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use std::io;
use std::sync::Mutex;
use std::time::Duration;

/// Requests to one repository of a registry, for one push or pull.
pub struct Session {
    pub(super) reference: Reference,
    pub(super) options: Options,
    pub(super) credentials: Credentials,
    pub(super) is_push: bool,
    pub(super) authorization: Mutex<Option<Authorization>>,
    pub(super) http: Client,
    base: Url,
}

/// How much of an error's text is read and told.
const MAX_REASON: usize = 1000;

impl Session {
    /// Makes ready to push to, or pull from, the reference's repository. Nothing is sent yet.
    ///
    /// # Errors
    /// If credentials are configured and cannot be had.
    pub async fn open(reference: &Reference, options: &Options, is_push: bool) -> Result<Self, Error> {
        // Whoever came first has installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let repository = reference.repository.clone();
        let credentials = match options.credentials.clone() {
            Some(credentials) => credentials,
            None => {
                let (folder, repository) = (options.docker_config.clone(), repository.clone());
                let find = move || credentials::find(folder.as_deref(), &repository);
                let found = tokio::task::spawn_blocking(find).await.map_err(|error| store(reference, error.into()))?;
                found.map_err(|error| Error::Credentials { reference: reference.to_string(), error })?
            }
        };
        let is_plain = options.insecure || repository.is_local();
        let host = if repository.registry() == "docker.io" { "index.docker.io" } else { repository.registry() };
        let scheme = if is_plain { "http" } else { "https" };
        let builder = Client::builder()
            .user_agent(concat!("maasm/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.connect_timeout)
            .read_timeout(options.idle_timeout);
        let builder = if repository.is_local() { builder.no_proxy() } else { builder };
        let unusable = |reason: String| unreachable(reference, reason, "");
        Ok(Self {
            reference: reference.clone(),
            options: options.clone(),
            credentials,
            is_push,
            authorization: Mutex::new(None),
            http: builder.build().map_err(|error| unusable(chain(&error)))?,
            base: Url::parse(&format!("{scheme}://{host}/v2/{}/", repository.path()))
                .map_err(|error| unusable(error.to_string()))?,
        })
    }

    /// Where something of the repository is: `manifests/latest`, say.
    pub fn url(&self, place: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{place}", self.base.path()));
        url
    }

    /// Where an answer's location is, which may be relative.
    pub fn location(&self, response: &Response) -> Result<Url, Error> {
        let location = response.headers().get(reqwest::header::LOCATION).and_then(|value| value.to_str().ok());
        let url = location.and_then(|location| response.url().join(location).ok());
        url.ok_or_else(|| self.broken("it does not say where to send a blob to".into()))
    }

    /// Sends a request, completed by the caller, and gives the answer, which is a success or says that something is not
    /// there (404) or not satisfiable (416).
    ///
    /// # Errors
    /// For every other answer, and if there is none. `what` tells what was asked for.
    pub async fn send(
        &self,
        method: Method,
        url: Url,
        what: &str,
        complete: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, Error> {
        let mut may_renew = true;
        loop {
            let request = complete(self.http.request(method.clone(), url.clone()));
            // Credentials are for the registry alone, wherever it sends us.
            let request = if url.origin() == self.base.origin() { self.authorize(request) } else { request };
            let response = request.send().await.map_err(|error| self.unreachable(error))?;
            match response.status() {
                StatusCode::UNAUTHORIZED if may_renew => {
                    may_renew = false;
                    self.renew_authorization(response.headers()).await?;
                }
                status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => return Err(self.unauthorized(status)),
                StatusCode::NOT_FOUND | StatusCode::RANGE_NOT_SATISFIABLE => return Ok(response),
                status if status.is_success() => return Ok(response),
                _ => return Err(self.refused(response, what).await),
            }
        }
    }

    /// The body of an answer, in memory.
    ///
    /// # Errors
    /// If it breaks off or is larger than this.
    pub async fn body(&self, mut response: Response, limit: u64, what: &str) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            body.extend_from_slice(&part);
            if body.len() as u64 > limit {
                return Err(self.too_large(what.into(), body.len() as u64, limit));
            }
        }
        Ok(body)
    }

    /// Does something to the folder of blobs where nobody waits for anything else.
    ///
    /// # Errors
    /// If the folder cannot be read or written.
    pub async fn store<T: Send + 'static>(
        &self,
        action: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let done = tokio::task::spawn_blocking(action).await.map_err(io::Error::from).flatten();
        done.map_err(|error| store(&self.reference, error))
    }

    /// The error for something that is not there.
    pub fn not_found(&self, what: impl Into<String>) -> Error {
        Error::NotFound { reference: self.reference.to_string(), what: what.into() }
    }

    /// The error for something that is too large.
    pub fn too_large(&self, what: String, size: u64, limit: u64) -> Error {
        Error::TooLarge { reference: self.reference.to_string(), what, size, limit }
    }

    /// The error for a connection that fails.
    pub fn unreachable(&self, error: reqwest::Error) -> Error {
        let hint = match error.is_connect() && !self.is_plain() {
            true => "; a registry without TLS must be allowed as insecure",
            false => "",
        };
        unreachable(&self.reference, chain(&error.without_url()), hint)
    }

    /// The error for an answer that is none, which may be better the next time.
    pub fn broken(&self, reason: String) -> Error {
        unreachable(&self.reference, reason, "")
    }

    /// Whether HTTP is spoken without TLS.
    fn is_plain(&self) -> bool {
        self.base.scheme() == "http"
    }

    /// The error for an answer that is no success.
    pub async fn refused(&self, mut response: Response, what: &str) -> Error {
        let status = response.status();
        let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut body = Vec::new();
        while let (true, Ok(Some(part))) = (body.len() < MAX_REASON, response.chunk().await) {
            body.extend_from_slice(&part);
        }
        let (reference, reason, code) = (self.reference.to_string(), reason(&body), status.as_u16());
        let may_change = status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED;
        if may_change || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(&status) {
            return Error::Busy { reference, status: code, reason, retry_after: header.map(Duration::from_secs) };
        }
        Error::Refused { reference, what: what.into(), status: code, reason }
    }
}

fn store(reference: &Reference, error: io::Error) -> Error {
    Error::Store { reference: reference.to_string(), error }
}

fn unreachable(reference: &Reference, reason: String, hint: &'static str) -> Error {
    Error::Unreachable { reference: reference.to_string(), reason, hint }
}

/// What a registry says of an error: OCI's list of errors, or any text.
fn reason(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct List {
        errors: Vec<Entry>,
    }
    #[derive(serde::Deserialize)]
    struct Entry {
        code: String,
        #[serde(default)]
        message: String,
    }
    let text = match serde_json::from_slice::<List>(body) {
        Ok(List { errors }) => {
            errors.iter().map(|Entry { code, message }| format!("{code} {message}")).collect::<Vec<_>>().join(", ")
        }
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    // It ends up in logs and on terminals.
    text.chars().filter(|character| !character.is_control()).take(MAX_REASON).collect::<String>().trim().to_owned()
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn url(reference: &str, insecure: bool) -> String {
        let options = Options { insecure, credentials: Some(Credentials::Anonymous), ..Options::default() };
        let session = Session::open(&reference.parse().unwrap(), &options, false).await.unwrap();
        session.url("manifests/1").to_string()
    }

    #[tokio::test]
    async fn only_this_machine_is_spoken_to_without_tls_unless_others_are_allowed() {
        assert_eq!(url("oci://localhost:5000/a/b:1", false).await, "http://localhost:5000/v2/a/b/manifests/1");
        assert_eq!(url("oci://example.org:5000/a:1", false).await, "https://example.org:5000/v2/a/manifests/1");
        assert_eq!(url("oci://example.org:5000/a:1", true).await, "http://example.org:5000/v2/a/manifests/1");
        assert_eq!(url("oci://docker.io/a/b:1", false).await, "https://index.docker.io/v2/a/b/manifests/1");
    }

    #[test]
    fn what_a_registry_says_of_an_error_is_shown_without_control_characters() {
        let list = br#"{"errors":[{"code":"DENIED","message":"not \u001b[31myou"},{"code":"UNKNOWN"}]}"#;
        assert_eq!(reason(list), "DENIED not [31myou, UNKNOWN");
        assert_eq!(reason(b"<html>\n"), "<html>");
        assert_eq!(reason(&[b'x'; 5000]).len(), MAX_REASON);
    }
}
