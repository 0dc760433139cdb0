//! The site that a page comes from, as it stands in `Origin`.

use super::host::Authority;
use std::str::FromStr;

/// The origin of a page: scheme, host and port (RFC 6454).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    authority: Authority,
}

/// A text that is no origin to be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoOrigin {
    /// It is written otherwise.
    #[error("write it as browsers do: SCHEME://HOST or SCHEME://HOST:PORT, without a path")]
    Form,
    /// It stands for whoever there is.
    #[error("name each origin; {0:?} would let every page in")]
    Anybody(&'static str),
}

impl Origin {
    /// Compares the origin of a page with the host that a request is for. The scheme is not known where a proxy
    /// speaks TLS in the server's stead; where the server speaks it, the page must have come so, too.
    pub fn is_of(&self, host: &Authority, tls: bool) -> bool {
        let port = host.port.or_else(|| usual_port(&self.scheme));
        self.authority.host == host.host && self.authority.port == port && (!tls || self.scheme == "https")
    }
}

impl FromStr for Origin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        match text {
            "*" => return Err(NoOrigin::Anybody("*")),
            // Pages in a sandbox and files have it, whoever wrote them.
            "null" => return Err(NoOrigin::Anybody("null")),
            _ => {}
        }
        let (scheme, rest) = text.split_once("://").ok_or(NoOrigin::Form)?;
        let sane = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scheme.bytes().all(sane) {
            return Err(NoOrigin::Form);
        }
        let scheme = scheme.to_ascii_lowercase();
        let Authority { host, port } = rest.parse().map_err(|_| NoOrigin::Form)?;
        let authority = Authority { host, port: port.or_else(|| usual_port(&scheme)) };
        Ok(Self { scheme, authority })
    }
}

fn usual_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_of(origin: &str, host: &str, tls: bool) -> bool {
        origin.parse::<Origin>().unwrap().is_of(&host.parse().unwrap(), tls)
    }

    #[test]
    fn a_page_is_the_servers_own_if_host_and_port_are_the_same() {
        for (origin, host) in [
            ("http://127.0.0.1:3000", "127.0.0.1:3000"),
            ("http://LOCALHOST:3000", "localhost.:3000"),
            ("http://[::1]:3000", "[::1]:3000"),
            ("http://models.example", "models.example"),
            ("https://models.example", "models.example"),
            ("https://models.example", "models.example:443"),
        ] {
            assert!(is_of(origin, host, false), "{origin} is of {host}");
        }
        for (origin, host) in [
            ("http://127.0.0.1:8000", "127.0.0.1:3000"),
            ("http://127.0.0.1", "127.0.0.1:3000"),
            ("http://localhost:3000", "127.0.0.1:3000"),
            ("http://evil.example", "models.example"),
            ("http://models.example.evil.example", "models.example"),
        ] {
            assert!(!is_of(origin, host, false), "{origin} is not of {host}");
        }
        assert!(is_of("https://a.example", "a.example", true) && !is_of("http://a.example", "a.example", true));
    }

    #[test]
    fn what_is_no_origin_or_anybodys_is_refused() {
        for text in ["", "example.org", "http://", "http://a/", "http://a/b", "://a", "1a://b", "http://a b"] {
            assert_eq!(text.parse::<Origin>(), Err(NoOrigin::Form), "{text:?}");
        }
        for text in ["*", "null"] {
            assert!(matches!(text.parse::<Origin>(), Err(NoOrigin::Anybody(_))), "{text:?}");
        }
        assert!("chrome-extension://abcdefgh".parse::<Origin>().is_ok());
    }
}
