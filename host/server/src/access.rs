//! Who may do what: every request brings a key whose roles allow it, and not too many at once.

use super::limits::{Place, Placed};
use super::{Kind, Problem, State};
use axum::extract::{self, Request};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use maasm_registry::{Intent, Key, Registry, Role};

/// Whether requests need a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Always.
    Keys,
    /// As soon as a key was made: for an address that only this machine reaches.
    OpenWithoutKeys,
}

/// Who makes a request.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The id of the key; `anonymous` without one.
    pub id: String,
    key: Option<Key>,
}

impl Principal {
    /// The command line on its own machine.
    pub fn local() -> Self {
        Self { id: Intent::local().by, key: None }
    }

    fn of(registry: &Registry, access: Access, headers: &HeaderMap) -> Result<Self, Problem> {
        let secret = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::trim);
        let secret = secret.map(|value| match value.split_once(' ') {
            Some((scheme, secret)) if scheme.eq_ignore_ascii_case("bearer") => secret.trim(),
            _ => "",
        });
        let Some(secret) = secret else {
            if access == Access::OpenWithoutKeys && !registry.has_keys()? {
                return Ok(Self { id: "anonymous".into(), key: None });
            }
            let detail = "this server needs a key; send it as `Authorization: Bearer KEY`";
            return Err(Problem::new(Kind::Unauthorized, detail));
        };
        match registry.authenticate(secret)? {
            Ok(key) => Ok(Self { id: key.id.clone(), key: Some(key) }),
            Err(refusal) => Err(Problem::new(Kind::Unauthorized, refusal.to_string())),
        }
    }

    fn may(&self, role: Role) -> bool {
        self.key.as_ref().is_none_or(|key| key.may(role))
    }

    /// For what a request asks beside what its route is for.
    ///
    /// # Errors
    /// If the key does not have this role.
    pub fn demand(&self, role: Role) -> Result<(), Problem> {
        if self.may(role) {
            return Ok(());
        }
        let detail = format!("the key {} does not have the role {role:?}", self.id).to_lowercase();
        Err(Problem::new(Kind::Forbidden, detail))
    }
}

/// Lets a request through whose key has this role, and notes who makes it.
pub async fn require(
    role: Role,
    extract::State(state): extract::State<State>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let principal = Principal::of(state.service.registry(), state.access, request.headers())?;
    // Whoever may do anything may see what there is.
    let reads = role == Role::Infer && request.method().is_safe();
    if !reads {
        principal.demand(role)?;
    }
    let place = principal.key.as_ref().map_or_else(|| Ok(Place::default()), |key| state.limits.admit(key))?;
    request.extensions_mut().insert(principal);
    let response = next.run(request).await;
    Ok(response.map(|body| Placed::body(body, place)))
}
