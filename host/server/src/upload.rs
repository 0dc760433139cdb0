//! A request's body, within limits of size, time and memory.

use super::{Kind, Problem, ServerOptions};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use maasm_protocol::form;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many bodies of full size are held at once, all requests together.
const FULL_BODIES: usize = 16;
/// What memory is counted in: a semaphore counts to 2³² only.
const UNIT: usize = 1024;

/// What bodies may take.
#[derive(Clone)]
pub struct Uploads {
    max_body: usize,
    timeout: Duration,
    /// Units of memory that bodies may still take.
    memory: Arc<Semaphore>,
}

/// The bytes that were sent, and the memory that is set aside for them.
pub struct Upload {
    pub bytes: Bytes,
    _memory: Vec<OwnedSemaphorePermit>,
}

impl Uploads {
    pub fn new(options: &ServerOptions) -> Self {
        let units = options.max_body.div_ceil(UNIT).saturating_add(1).saturating_mul(FULL_BODIES);
        Self {
            max_body: options.max_body,
            timeout: options.upload_timeout,
            memory: Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))),
        }
    }

    /// Receives the file that a request carries, bare or in a form.
    ///
    /// # Errors
    /// If it is too large, too slow, breaks off, or the form holds no file.
    pub async fn receive(&self, request: Request) -> Result<Upload, Problem> {
        let (parts, body) = request.into_parts();
        let announced = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > self.max_body as u64) {
            return Err(self.too_large());
        }
        let collected = tokio::time::timeout(self.timeout, self.collect(body)).await;
        let mut upload = collected.map_err(|_| self.too_slow())??;
        if form::is_form(&parts.headers) {
            upload.bytes = form::file(&parts.headers, upload.bytes)?;
        }
        Ok(upload)
    }

    async fn collect(&self, mut body: Body) -> Result<Upload, Problem> {
        let mut bytes = Vec::new();
        let mut memory = Vec::new();
        let mut reserved = 0;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(broken_off)?.into_data() else { continue };
            if bytes.len() + data.len() > self.max_body {
                return Err(self.too_large());
            }
            let missing = (bytes.len() + data.len()).saturating_sub(reserved).div_ceil(UNIT);
            if missing > 0 {
                // Twice what is needed, as the vector grows, so that there are few permits.
                let units = missing.max(reserved / UNIT).min(self.max_body.div_ceil(UNIT).max(missing));
                memory.push(self.memory.clone().try_acquire_many_owned(units as u32).map_err(|_| full())?);
                reserved += units * UNIT;
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Upload { bytes: bytes.into(), _memory: memory })
    }

    fn too_large(&self) -> Problem {
        Problem::new(
            Kind::UploadTooLarge,
            format!("the body has more than {} bytes; send a smaller file, or raise --max-body", self.max_body),
        )
        .with("max_body", self.max_body)
    }

    fn too_slow(&self) -> Problem {
        let seconds = self.timeout.as_secs_f64();
        Problem::new(Kind::UploadTooSlow, format!("the body was not there within {seconds} s"))
            .with("upload_timeout_ms", self.timeout.as_millis() as u64)
    }
}

fn broken_off(error: axum::Error) -> Problem {
    Problem::new(Kind::BadRequest, format!("the body breaks off: {error}"))
}

fn full() -> Problem {
    Problem::new(Kind::Busy, "too many bodies are being received; try again shortly")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uploads(max_body: usize) -> Uploads {
        let upload_timeout = Duration::from_millis(20);
        Uploads::new(&ServerOptions { max_body, upload_timeout, ..ServerOptions::default() })
    }

    fn request(body: Body) -> Request {
        Request::new(body)
    }

    #[tokio::test]
    async fn a_body_of_exactly_the_largest_size_is_taken() {
        let upload = uploads(5000).receive(request(Body::from(vec![7; 5000]))).await.ok().unwrap();
        assert_eq!(upload.bytes, vec![7; 5000]);
    }

    #[tokio::test]
    async fn one_byte_more_is_too_large() {
        let problem = uploads(5000).receive(request(Body::from(vec![7; 5001]))).await.err().unwrap();
        assert_eq!(problem.kind(), Kind::UploadTooLarge);
    }

    #[tokio::test]
    async fn memory_is_given_back_with_the_body_and_refused_when_it_is_taken() {
        let uploads = uploads(4096);
        let before = uploads.memory.available_permits();
        let mut held = Vec::new();
        let problem = loop {
            match uploads.receive(request(Body::from(vec![7; 4096]))).await {
                Ok(upload) => held.push(upload),
                Err(problem) => break problem,
            }
        };
        assert_eq!(problem.kind(), Kind::Busy);
        assert!(held.len() >= FULL_BODIES, "only {} bodies fit", held.len());
        drop(held);
        assert_eq!(uploads.memory.available_permits(), before);
    }
}
