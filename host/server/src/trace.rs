//! A request's id and its line in the log.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use maasm_protocol::recognition::milliseconds;
use std::time::Instant;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// A longer id is replaced: it goes into every line of the log.
const LONGEST: usize = 128;

/// What a request is known by: what the client calls it, where that is harmless, or a fresh UUID.
#[derive(Clone, Debug)]
pub struct RequestId(HeaderValue);

impl RequestId {
    fn of(request: &Request) -> Self {
        let given = request.headers().get(HEADER).filter(|id| harmless(id.as_bytes()));
        Self(
            given
                .cloned()
                .unwrap_or_else(|| HeaderValue::from_str(&uuid::Uuid::now_v7().to_string()).expect("a UUID is ASCII")),
        )
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// Letters, digits and a few signs: nothing that could break a line of the log or an address.
fn harmless(id: &[u8]) -> bool {
    let sane = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    (1..=LONGEST).contains(&id.len()) && id.iter().all(sane)
}

/// Which model answered; a handler puts it into its response.
#[derive(Clone, Debug)]
pub struct AnsweredBy {
    pub model: String,
    pub version: String,
}

/// Gives the request its id, and writes its line when it is answered or the client has gone.
pub async fn trace(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(&request);
    request.extensions_mut().insert(id.clone());
    let mut line = Line {
        id: id.clone(),
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        started: Instant::now(),
        answered: false,
    };
    let mut response = next.run(request).await;
    line.answered(&response);
    response.headers_mut().insert(HEADER, id.0);
    response
}

struct Line {
    id: RequestId,
    method: Method,
    path: String,
    started: Instant,
    answered: bool,
}

impl Line {
    fn answered(&mut self, response: &Response) {
        self.answered = true;
        let by = response.extensions().get::<AnsweredBy>();
        tracing::info!(
            request_id = self.id.as_str(),
            method = %self.method,
            path = self.path,
            status = response.status().as_u16(),
            duration_ms = milliseconds(self.started.elapsed()),
            model = by.map(|by| by.model.as_str()),
            version = by.map(|by| by.version.as_str()),
            "answered"
        );
    }
}

impl Drop for Line {
    /// The connection drops a request whose client has gone.
    fn drop(&mut self) {
        if !self.answered {
            tracing::info!(
                request_id = self.id.as_str(),
                method = %self.method,
                path = self.path,
                duration_ms = milliseconds(self.started.elapsed()),
                "the client went away"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_could_break_the_log_is_not_taken_over() {
        assert!(harmless(b"0193a2f4-order.7:retry_2"));
        for bad in [&b""[..], b"two words", b"line\nbreak", b"\"quoted\"", "é".as_bytes(), &[b'a'; 129]] {
            assert!(!harmless(bad), "{bad:?}");
        }
    }
}
