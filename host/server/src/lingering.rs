//! What becomes of a body that nobody reads to its end.
//!
//! A server that answers before it has read the body and then closes makes the client's machine throw the answer
//! away: the unread bytes cause a TCP reset (RFC 9112, section 9.6). So the rest is received and dropped for a short
//! while, as web servers commonly do.

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// How long the rest of a body is received.
const PATIENCE: Duration = Duration::from_secs(2);

/// A body whose rest is received and dropped when it is itself dropped.
pub struct Lingering {
    body: Option<Incoming>,
}

impl Lingering {
    /// Wraps a body that is on its way.
    pub fn new(body: Incoming) -> Self {
        Self { body: Some(body) }
    }
}

impl Body for Lingering {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if let Some(mut body) = self.body.take().filter(|body| !body.is_end_stream()) {
            tokio::spawn(tokio::time::timeout(PATIENCE, async move {
                while let Some(Ok(_)) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {}
            }));
        }
    }
}
