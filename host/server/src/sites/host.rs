//! The host that a request is for: what stands in `Host`, and in an origin after the scheme.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A host, as browsers compare it: an address, or a name in lower case without the dot that may end it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// An address.
    Address(IpAddr),
    /// A name.
    Name(String),
}

/// A text that names no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a name such as models.example.org or an address, without scheme, port and path")]
pub struct NoHost;

/// A host and, if it is said, the port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    pub host: Host,
    pub port: Option<u16>,
}

impl Host {
    /// Tells hosts that nobody's name server can lead astray: an address is no name, and `localhost` and the names below it are
    /// this machine wherever names are looked up (RFC 6761, section 6.3).
    pub fn is_safe(&self) -> bool {
        match self {
            Self::Address(_) => true,
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
        }
    }
}

impl FromStr for Host {
    type Err = NoHost;

    fn from_str(text: &str) -> Result<Self, NoHost> {
        // An address of version 6 is written bare where no port can follow.
        if let Ok(address) = text.parse::<Ipv6Addr>() {
            return Ok(Self::Address(address.into()));
        }
        match text.parse()? {
            Authority { host, port: None } if !text.ends_with(':') => Ok(host),
            _ => Err(NoHost),
        }
    }
}

impl FromStr for Authority {
    type Err = NoHost;

    /// Reads what RFC 9110, section 7.2, lets stand in `Host`, as far as it can be the name of a machine.
    fn from_str(text: &str) -> Result<Self, NoHost> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, rest) = rest.split_once(']').ok_or(NoHost)?;
                let address: Ipv6Addr = address.parse().map_err(|_| NoHost)?;
                let port = if rest.is_empty() { "" } else { rest.strip_prefix(':').ok_or(NoHost)? };
                (Host::Address(address.into()), port)
            }
            None => {
                let (host, port) = text.split_once(':').unwrap_or((text, ""));
                (name_or_address(host)?, port)
            }
        };
        let digits = port.bytes().all(|byte| byte.is_ascii_digit());
        let port = if port.is_empty() { None } else { Some(port.parse().ok().filter(|_| digits).ok_or(NoHost)?) };
        Ok(Self { host, port })
    }
}

fn name_or_address(text: &str) -> Result<Host, NoHost> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if text.is_empty() || !text.bytes().all(sane) {
        return Err(NoHost);
    }
    match text.parse::<Ipv4Addr>() {
        Ok(address) => Ok(Host::Address(address.into())),
        Err(_) => Ok(Host::Name(text.to_ascii_lowercase())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str, port: Option<u16>) -> Authority {
        Authority { host: Host::Name(text.into()), port }
    }

    #[test]
    fn a_name_is_compared_without_case_and_without_its_last_dot() {
        for (text, read) in [
            ("models.example", name("models.example", None)),
            ("Models.EXAMPLE.:3000", name("models.example", Some(3000))),
            ("models.example:", name("models.example", None)),
            ("maasm_serve", name("maasm_serve", None)),
        ] {
            assert_eq!(text.parse(), Ok(read), "{text}");
        }
    }

    #[test]
    fn an_address_is_one_however_it_is_written() {
        for (text, address) in
            [("127.0.0.1:3000", "127.0.0.1"), ("127.0.0.1.", "127.0.0.1"), ("[::1]", "::1"), ("[0:0::1]:80", "::1")]
        {
            let read: Authority = text.parse().unwrap();
            assert_eq!(read.host, Host::Address(address.parse().unwrap()), "{text}");
        }
        assert_eq!("::1".parse(), Ok(Host::Address("::1".parse().unwrap())));
    }

    #[test]
    fn what_names_no_host_is_refused() {
        for text in ["", ".", ":80", "a b", "a/b", "user@a", "a:b", "a:+1", "a:70000", "::1", "[::1", "[::1]x", "[a]"] {
            assert_eq!(text.parse::<Authority>(), Err(NoHost), "{text:?}");
        }
        for text in ["http://a", "a:80", "a:", "*", "bücher.example"] {
            assert_eq!(text.parse::<Host>(), Err(NoHost), "{text:?}");
        }
    }

    #[test]
    fn only_names_that_lead_to_this_machine_everywhere_are_safe() {
        let is_safe = |text: &str| text.parse::<Host>().unwrap().is_safe();
        assert!(["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "10.1.2.3", "::1"].map(is_safe) == [true; 6]);
        assert!(
            ["evil.example", "localhost.evil.example", "notlocalhost", "127.0.0.1.evil.example"]
                .iter()
                .all(|text| !is_safe(text))
        );
    }
}
