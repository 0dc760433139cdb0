//! A registry that answers what it is told to.

use crate::registry::docker;
use crate::registry::layout::Layout;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maasm_registry::blobs::Stored;
use maasm_registry::oci::attachment;
use maasm_registry::oci::reference::Reference;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// A registry that answers what it is told to; it ends with the test's runtime.
pub struct Liar {
    address: SocketAddr,
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    /// Bodies by paths behind `/v2/cats/`.
    bodies: HashMap<String, Vec<u8>>,
    /// Answers that come first, in order: the status, and the seconds after which to come again.
    failures: Vec<(u16, Option<u64>)>,
    /// Who gets a token.
    user: Option<String>,
    address: Option<SocketAddr>,
    requests: Vec<String>,
}

impl Liar {
    /// Has a version as it is.
    pub fn honest(layout: &Layout, manifest: Stored) -> Self {
        let mut told = Told::default();
        let bytes = layout.blobs.read(&manifest.digest).unwrap();
        told.bodies.insert("manifests/1.0.0".into(), bytes);
        for blob in attachment::read(&layout.blobs, &manifest.digest).unwrap().blobs() {
            told.bodies.insert(format!("blobs/{}", blob.digest), layout.blobs.read(&blob.digest).unwrap());
        }
        Self::start(told)
    }

    fn start(mut told: Told) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        told.address = Some(address);
        let told = Arc::new(Mutex::new(told));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&told));
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, told }
    }

    /// Lies about what is under a path behind `/v2/cats/`.
    pub fn lying(self, path: &str, body: Vec<u8>) -> Self {
        self.told.lock().unwrap().bodies.insert(path.into(), body);
        self
    }

    /// Fails so often first.
    pub fn failing(self, failures: &[(u16, Option<u64>)]) -> Self {
        self.told.lock().unwrap().failures = failures.to_vec();
        self
    }

    /// Wants a token, which it gives to whom shows this.
    pub fn guarded(self, user: &str) -> Self {
        self.told.lock().unwrap().user = Some(user.into());
        self
    }

    /// The version that it has.
    pub fn reference(&self) -> Reference {
        docker::reference(self.address, "cats:1.0.0")
    }

    /// What it was asked.
    pub fn requests(&self) -> Vec<String> {
        self.told.lock().unwrap().requests.clone()
    }
}

async fn answer(State(told): State<Arc<Mutex<Told>>>, request: Request) -> Response {
    let mut told = told.lock().unwrap();
    let path = request.uri().path().to_owned();
    told.requests.push(path.clone());
    let shown =
        |headers: &HeaderMap| headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    let shown = shown(request.headers());
    if path == "/token" {
        assert_eq!(request.uri().query(), Some("scope=repository%3Acats%3Apull&service=liar"));
        return match shown == told.user {
            true => r#"{"token":"let-me-in"}"#.into_response(),
            false => StatusCode::UNAUTHORIZED.into_response(),
        };
    }
    if told.user.is_some() && shown.as_deref() != Some("Bearer let-me-in") {
        let realm = format!(r#"Bearer realm="http://{}/token",service="liar""#, told.address.unwrap());
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, realm)]).into_response();
    }
    if !told.failures.is_empty() {
        let (status, after) = told.failures.remove(0);
        let body = r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow\u001bly"}]}"#;
        let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
        if let Some(seconds) = after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        return response;
    }
    match path.strip_prefix("/v2/cats/").and_then(|path| told.bodies.get(path)) {
        Some(body) => body.clone().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
