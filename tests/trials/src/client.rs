//! Asks the server.

use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use ureq::Agent;
use ureq::http::Request;

/// Connections to one server, kept open. Each thread has its own.
pub struct Client {
    agent: Agent,
    base: String,
    host: Option<String>,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The document; a text where it is no JSON.
    pub body: Value,
}

/// There was no answer, or not all of it: what was asked for may be done or not.
#[derive(Debug)]
pub struct Lost(pub String);

/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(120);

impl Client {
    /// Asks the server at this address.
    pub fn new(address: SocketAddr) -> Self {
        Self::naming(address, None)
    }

    /// Asks for this host, whatever the address is.
    pub fn with_host(address: SocketAddr, host: &str) -> Self {
        Self::naming(address, Some(host.to_owned()))
    }

    fn naming(address: SocketAddr, host: Option<String>) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build();
        Self { agent: agent.into(), base: format!("http://{address}"), host }
    }

    /// Sends a request, once.
    pub fn send(&self, method: &str, path: &str, key: Option<&str>, body: &[u8]) -> Result<Answer, Lost> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(host) = &self.host {
            request = request.header("Host", host);
        }
        let lost = |error: ureq::Error| Lost(error.to_string());
        // Without a body, DELETE and GET have no length.
        let answer = if matches!(method, "GET" | "DELETE") {
            self.agent.run(request.body(()).map_err(|error| Lost(error.to_string()))?)
        } else {
            self.agent.run(request.body(body).map_err(|error| Lost(error.to_string()))?)
        };
        let mut answer = answer.map_err(lost)?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(64 << 20).read_to_string().map_err(lost)?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status, body })
    }

    /// `GET`, once.
    pub fn get(&self, path: &str) -> Result<Answer, Lost> {
        self.send("GET", path, None, &[])
    }

    /// `POST`, once.
    pub fn post(&self, path: &str, body: &[u8]) -> Result<Answer, Lost> {
        self.send("POST", path, None, body)
    }
}

impl Answer {
    /// Whether it is a success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What kind of problem it tells, such as `model-failed`; empty if none.
    pub fn problem(&self) -> &str {
        self.body["type"].as_str().and_then(|kind| kind.strip_prefix("urn:maasm:problem:")).unwrap_or_default()
    }
}
