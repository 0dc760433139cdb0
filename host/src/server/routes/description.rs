//! `GET /openapi.json`: the description of all this, for programs.

use crate::server::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use std::sync::Arc;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, Info, License, OpenApi, SecurityRequirement};

/// The route, for a description that is complete by now.
pub fn routes(document: &OpenApi) -> axum::Router<State> {
    let text: Arc<str> = document.to_pretty_json().expect("the description can be written").into();
    let show = move || async move { ([(CONTENT_TYPE, "application/json")], text.to_string()).into_response() };
    axum::Router::new().route("/openapi.json", get(show))
}

/// What is said of the whole.
pub fn frame() -> OpenApi {
    let mut info = Info::new("maasm", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Models as a service: publish them, deploy them, have them answer. Errors are documents of RFC 9457. Requests \
         that change something take the header `Idempotency-Key`."
            .into(),
    );
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".into());
    info.license = Some(license);
    let mut document = OpenApi::new(info, utoipa::openapi::Paths::new());
    let mut components = Components::new();
    components.add_security_scheme("key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    document.components = Some(components);
    let none: [&str; 0] = [];
    document.security = Some(vec![SecurityRequirement::new("key", none), SecurityRequirement::default()]);
    document
}
