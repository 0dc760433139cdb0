//! The server's routes within this process, on a folder of this machine.

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use maasm_app::Service;
use maasm_engine::EngineOptions;
use maasm_registry::Registry;
use maasm_server::{Access, Problem, ServerOptions, State, local_router};
use reqwest::{Method, Url};

/// How many bytes of models are kept in memory: one command needs each once.
const MAX_LOADED: u64 = 1 << 30;

/// A folder.
pub struct Local {
    service: Service,
    routes: TowerToHyperService<Router>,
}

impl Local {
    /// The folder of this registry.
    ///
    /// # Errors
    /// If models cannot be run on this machine.
    pub fn open(registry: Registry) -> Result<Self> {
        let service = Service::start(registry, EngineOptions::default(), MAX_LOADED)?;
        let state = State::new(service.clone(), Access::Keys, &ServerOptions::default());
        Ok(Self { service, routes: TowerToHyperService::new(local_router(state)) })
    }

    /// Its models.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Asks.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn ask(&self, method: Method, address: &Url, body: Option<String>) -> Result<String> {
        let request =
            Request::builder().method(method).uri(address.as_str()).body(Body::from(body.unwrap_or_default()))?;
        let Ok(mut response) = self.routes.call(request).await;
        if let Some(problem) = response.extensions_mut().remove::<Problem>() {
            bail!("{}", problem.cause());
        }
        let bytes = response.into_body().collect().await.context("the answer breaks off")?.to_bytes();
        String::from_utf8(bytes.into()).context("the answer is no text")
    }
}
