//! Names that the server answers to, and other sites whose pages may use it.
//!
//! A browser sends what any page tells it to, to any address that it can reach: also to a server that only its own
//! machine reaches. So a request that a page of another site makes is refused, unless that site was named. And a page's
//! site can have its name lead to this machine, which makes the page the server's own to the browser (DNS rebinding); so
//! a server that trusts its own machine answers only to what cannot be led astray: addresses, `localhost`, and names that
//! it was told.
//!
//! # Layout
//! - `host`, `origin`: what stands in `Host` and `Origin`
//! - `cors`: what browsers are told of sites that may use the server
//! - `content`: documents that a page may have sent unasked

pub mod content;
mod cors;
mod host;
mod origin;

pub use host::{Host, NoHost};
pub use origin::{NoOrigin, Origin};

use super::{Kind, Problem, State};
use axum::extract::{self, Request};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use host::Authority;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Names and sites that are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sites {
    /// Any name will do.
    pub any_host: bool,
    /// Names that the server answers to, beside those that are safe anyway.
    pub hosts: Vec<Host>,
    /// Sites whose pages may use it.
    pub origins: Vec<Origin>,
    /// The server speaks TLS itself.
    pub tls: bool,
}

/// The one who has a request made.
enum Visitor {
    /// The server's own page, or no page.
    Own,
    /// A page of a site that may.
    Allowed(HeaderValue),
}

/// Refuses requests under other names and from other sites, and tells browsers what is allowed.
pub async fn guard(extract::State(state): extract::State<State>, request: Request, next: Next) -> Response {
    let sites = &state.sites;
    let mut response = match sites.visitor(&request) {
        Err(problem) => problem.into_response(),
        Ok(Visitor::Own) => next.run(request).await,
        Ok(Visitor::Allowed(origin)) => {
            let mut response = match cors::is_preflight(request.method(), request.headers()) {
                true => cors::preflight(request.headers()),
                false => next.run(request).await,
            };
            cors::allow(&mut response, origin);
            response
        }
    };
    if !sites.origins.is_empty() {
        cors::varies(&mut response);
    }
    response
}

impl Sites {
    fn visitor(&self, request: &Request) -> Result<Visitor, Problem> {
        let host = host_of(request)?;
        if let Some(host) = &host
            && !self.answers_to(&host.host)
        {
            return Err(unknown(&host.host));
        }
        let headers = request.headers();
        // Pages cannot set these two: only browsers do.
        let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
        let mut origins = headers.get_all(ORIGIN).iter();
        let (origin, more) = (origins.next(), origins.next());
        let Some(origin) = origin else {
            let own = matches!(site, None | Some(b"same-origin" | b"none")) || is_followed_link(request);
            return if own { Ok(Visitor::Own) } else { Err(foreign(None)) };
        };
        let told = origin.to_str().unwrap_or_default();
        let parsed = told.parse::<Origin>().ok();
        if more.is_none() && parsed.as_ref().is_some_and(|origin| self.origins.contains(origin)) {
            return Ok(Visitor::Allowed(origin.clone()));
        }
        // Behind a proxy that calls the server by another name, only the browser knows that the page is the server's own.
        let own = match site {
            Some(site) if site != b"none" => site == b"same-origin",
            _ => parsed.zip(host).is_some_and(|(origin, host)| origin.is_of(&host, self.tls)),
        };
        if own && more.is_none() { Ok(Visitor::Own) } else { Err(foreign(Some(told))) }
    }

    fn answers_to(&self, host: &Host) -> bool {
        self.any_host || host.is_safe() || self.hosts.contains(host)
    }
}

/// The host that a request is for; none in HTTP/1.0, which no browser speaks.
fn host_of(request: &Request) -> Result<Option<Authority>, Problem> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let malformed = |what: &str| Err(Problem::new(Kind::BadRequest, format!("the request has {what} Host; send one")));
    let header = match (hosts.next(), hosts.next()) {
        (Some(_), Some(_)) => return malformed("more than one header"),
        (None, _) if request.version() >= Version::HTTP_11 => return malformed("no header"),
        (header, _) => header,
    };
    // What stands in the request's first line counts, and `Host` is passed over (RFC 9112, section 3.2.2).
    let text = match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => header.map(|header| header.to_str().unwrap_or_default()),
    };
    let parsed = text.map(str::parse::<Authority>).transpose();
    parsed.or_else(|_| malformed("no host's name or address in its header"))
}

/// Recognises that somebody follows a link which stands on another site. Only the one who follows it sees the answer, and a safe
/// method changes nothing.
fn is_followed_link(request: &Request) -> bool {
    let is = |headers: &HeaderMap, name, value| headers.get(name).is_some_and(|found| found.as_bytes() == value);
    let headers = request.headers();
    request.method().is_safe() && is(headers, SEC_FETCH_MODE, b"navigate") && is(headers, SEC_FETCH_DEST, b"document")
}

/// The status is 421, Misdirected Request: the connection leads to a server that does not answer for this name (RFC 9110,
/// section 15.5.20). Whoever asks may do nothing wrong, so it is not 403.
fn unknown(host: &Host) -> Problem {
    let name = match host {
        Host::Name(name) => name.clone(),
        Host::Address(address) => address.to_string(),
    };
    let detail = format!(
        "the server is not known as {name}; ask for it by its address or as localhost, or start it with \
         `--allow-host {name}` if that is its name"
    );
    Problem::new(Kind::UnknownHost, detail)
}

fn foreign(origin: Option<&str>) -> Problem {
    let (site, option) = match origin {
        Some(origin) if origin.parse::<Origin>().is_ok() => (origin, origin),
        _ => ("another site", "ORIGIN"),
    };
    let detail = format!(
        "a page of {site} has this request made, and may not; start the server with `--allow-origin {option}` if it should"
    );
    Problem::new(Kind::CrossSite, detail)
}
