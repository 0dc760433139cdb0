//! `GET /openapi.json`: the description of all this, for programs.

use crate::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use maasm_protocol::problem::ProblemDocument;
use maasm_registry::Role;
use std::sync::Arc;
use utoipa::PartialSchema;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, Content, Info, License, OpenApi, Ref, RefOr, Required, Response, SecurityRequirement,
};

/// What the scheme of keys is called.
const KEY: &str = "key";
const PROBLEM: &str = "Problem";

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
        "Models as a service: publish them, deploy them, have them answer. Errors are documents of RFC 9457. A \
         key has roles, which `security` names; a server without keys, which only its own machine reaches, asks for none. \
         Below /v2 the server speaks the Open Inference Protocol, which has a description of its own: \
         https://github.com/kserve/open-inference-protocol."
            .into(),
    );
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".into());
    info.license = Some(license);
    let mut document = OpenApi::new(info, utoipa::openapi::Paths::new());
    let mut components = Components::new();
    components.add_security_scheme(KEY, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.schemas.insert(PROBLEM.into(), ProblemDocument::schema());
    let mut problem = Response::new("A problem; its `type` says which");
    problem
        .content
        .insert("application/problem+json".into(), Content::new(Some(Ref::from_schema_name(PROBLEM))).into());
    components.responses.insert(PROBLEM.into(), problem.into());
    document.components = Some(components);
    document
}

/// Says of every operation what is true of all: that it may answer with a problem, and which key it needs.
pub fn finish(mut document: OpenApi, role: Option<Role>) -> OpenApi {
    for item in document.paths.paths.values_mut() {
        let PathItem { get, put, post, delete, .. } = item;
        for (operation, reads) in [(get, true), (put, false), (post, false), (delete, false)] {
            if let Some(operation) = operation {
                complete(operation, role, reads);
            }
        }
    }
    document
}

fn complete(operation: &mut Operation, role: Option<Role>, reads: bool) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        leave_out(body);
    }
    let problem = Ref::from_response_name(PROBLEM);
    operation.responses.responses.insert("default".into(), problem.into());
    operation.security = Some(match role {
        None => vec![],
        // To see what there is, any role will do.
        Some(Role::Infer) if reads => vec![SecurityRequirement::new(KEY, [""; 0])],
        Some(role) => vec![SecurityRequirement::new(KEY, [format!("{role:?}").to_lowercase()])],
    });
}

/// A body that may be left out is described as one that may also be `null`, which is another thing and is refused.
fn leave_out(body: &mut RequestBody) {
    for content in body.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        let Some(RefOr::T(Schema::OneOf(alternatives))) = &mut content.schema else { continue };
        let is_null = |schema: &RefOr<Schema>| matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::new(Type::Null));
        alternatives.items.retain(|schema| !is_null(schema));
        if let [only] = &mut alternatives.items[..] {
            content.schema = Some(only.clone());
            body.required = Some(Required::False);
        }
    }
}
