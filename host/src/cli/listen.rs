//! `--listen`: an address and a port, a host's name and a port, or a port alone.

use anyhow::{Context, Result, bail};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::str::FromStr;
use tokio::net::TcpListener;

/// Where a server is to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Listen {
    /// An address.
    Address(SocketAddr),
    /// A host's name and a port.
    Name(String),
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORMS: &str = "write it as 127.0.0.1:3000, [::1]:3000, localhost:3000, or as a port alone, 3000";
        if let Ok(port) = text.parse() {
            return Ok(Self::Address((Ipv4Addr::LOCALHOST, port).into()));
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        match text.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && !host.contains(':') && port.parse::<u16>().is_ok() => {
                Ok(Self::Name(text.into()))
            }
            Some((_, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) && port.len() > 4 => {
                Err(format!("a port is at most {}; {FORMS}", u16::MAX))
            }
            _ => Err(format!("it names no port, or no host; {FORMS}")),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(formatter),
            Self::Name(name) => name.fmt(formatter),
        }
    }
}

impl Listen {
    /// Listens: of a name's addresses, at the first that this machine has, those of IPv4 first.
    ///
    /// # Errors
    /// If the name has no address, or none can be listened on.
    pub async fn bind(&self) -> Result<TcpListener> {
        let addresses = match self {
            Self::Address(address) => vec![*address],
            Self::Name(name) => {
                let found = name.to_socket_addrs().with_context(|| format!("cannot find the host of {self}"))?;
                let mut addresses: Vec<SocketAddr> = found.collect();
                addresses.sort_by_key(SocketAddr::is_ipv6);
                addresses
            }
        };
        if addresses.is_empty() {
            bail!("cannot find the host of {self}: it has no address");
        }
        TcpListener::bind(&addresses[..]).await.with_context(|| format!("cannot listen on {self}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_of_this_machine() {
        assert_eq!("8301".parse(), Ok(Listen::Address("127.0.0.1:8301".parse().unwrap())));
        assert_eq!("[::1]:80".parse(), Ok(Listen::Address("[::1]:80".parse().unwrap())));
        assert_eq!("localhost:8301".parse(), Ok(Listen::Name("localhost:8301".into())));
    }

    #[test]
    fn other_forms_are_refused_with_the_right_ones() {
        for text in ["localhost", "127.0.0.1", "", ":80", "localhost:http", "::1:80:x", "localhost:65536", "65536"] {
            let told = text.parse::<Listen>().unwrap_err();
            assert!(told.contains("write it as 127.0.0.1:3000"), "{text}: {told}");
        }
    }
}
