//! A server.

use anyhow::{Error, Result, anyhow};
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::multipart::Form;
use reqwest::{Client, Method, RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use std::time::Duration;

/// How long a server may take to be reached; how long it then takes depends on what is asked.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server.
pub struct Remote {
    server: Url,
    key: Option<String>,
    client: Client,
}

impl Remote {
    /// The server at this address.
    ///
    /// # Errors
    /// If this machine has no certificates to trust.
    pub fn new(server: Url, key: Option<String>) -> Result<Self> {
        // Fails only if it was done before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().connect_timeout(PATIENCE).build();
        Ok(Self { server, key, client: client.map_err(|error| failed("cannot speak HTTPS", error))? })
    }

    /// Its address.
    pub fn server(&self) -> &Url {
        &self.server
    }

    /// Asks.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn ask(&self, method: Method, address: Url, body: Option<String>) -> Result<String> {
        let request = self.client.request(method, address);
        self.answer(match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body),
            None => request,
        })
        .await
    }

    /// Sends a form.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn upload(&self, address: Url, form: Form) -> Result<String> {
        self.answer(self.client.post(address).multipart(form)).await
    }

    /// Sends bytes as the body itself.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn send_file(&self, method: Method, address: Url, body: reqwest::Body) -> Result<String> {
        let request = self.client.request(method, address).header(CONTENT_TYPE, "application/octet-stream");
        self.answer(request.body(body)).await
    }

    async fn answer(&self, request: RequestBuilder) -> Result<String> {
        let request = request.header(USER_AGENT, concat!("maasm/", env!("CARGO_PKG_VERSION")));
        let request = match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        let response = request.send().await.map_err(|error| failed(&format!("cannot reach {}", self.server), error))?;
        let status = response.status();
        let text = response.text().await.map_err(|error| failed("the answer breaks off", error))?;
        if status.is_success() { Ok(text) } else { Err(self.problem(status, &text)) }
    }

    /// Why the server refuses.
    fn problem(&self, status: StatusCode, text: &str) -> Error {
        /// As RFC 9457 wants it.
        #[derive(Deserialize)]
        struct Problem {
            detail: String,
        }
        let Ok(Problem { detail }) = serde_json::from_str(text) else {
            return anyhow!("{} answers {status}; is it a maasm server?", self.server);
        };
        let remedy = match (status, &self.key) {
            (StatusCode::UNAUTHORIZED, None) => "; here: --key KEY, or the environment's MAASM_KEY",
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => "; give another with --key or MAASM_KEY",
            _ => "",
        };
        anyhow!("{detail}{remedy}")
    }
}

/// What went wrong on the way, without the address that every layer repeats.
fn failed(what: &str, error: reqwest::Error) -> Error {
    Error::new(error.without_url()).context(what.to_owned())
}
