//! Where models are: in a folder of this machine, or at a server. Both are asked the same, in the same words: the routes
//! of the server, which for a folder are called within this process.
//!
//! # Layout
//! - `at`: the options that name the place
//! - `local`: the routes within this process; `remote`: those of a server
//! - `document`: what is answered; `job`: work that a server takes on

mod at;
mod document;
pub mod job;
mod local;
mod remote;

pub use at::At;
pub use document::Document;
pub use local::Local;
pub use remote::Remote;

use anyhow::{Context, Result};
use reqwest::{Method, Url};
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

/// Where models are.
pub struct Place {
    runtime: Runtime,
    side: Side,
}

/// Which of the two.
pub enum Side {
    /// A folder.
    Local(Local),
    /// A server.
    Remote(Remote),
}

/// Parameters of an address; those without a value are left out.
pub type Parameters<'a> = &'a [(&'a str, Option<String>)];

impl Place {
    fn new(side: Side) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build().context("cannot start a thread")?;
        Ok(Self { runtime, side })
    }

    /// Which of the two it is.
    pub fn side(&self) -> &Side {
        &self.side
    }

    /// What there is at a path, such as `["models", "birds"]`.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn get(&self, path: &[&str], parameters: Parameters) -> Result<Document> {
        self.ask(Method::GET, path, parameters, None)
    }

    /// Asks for a change.
    ///
    /// # Errors
    /// Why it was not made.
    pub fn send(&self, method: Method, path: &[&str], wanted: &impl Serialize) -> Result<Document> {
        self.ask(method, path, &[], Some(serde_json::to_string(wanted)?))
    }

    /// Removes, revokes or calls off what is at a path.
    ///
    /// # Errors
    /// Why that was not done.
    pub fn delete(&self, path: &[&str]) -> Result<Document> {
        self.ask(Method::DELETE, path, &[], None)
    }

    /// Waits for what goes on at a server.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    fn ask(&self, method: Method, path: &[&str], parameters: Parameters, body: Option<String>) -> Result<Document> {
        let text = match &self.side {
            Side::Local(local) => {
                let base = Url::parse("http://localhost").expect("it is an address");
                self.wait(local.ask(method, &address(&base, path, parameters), body))
            }
            Side::Remote(remote) => {
                let address = address(remote.server(), path, parameters);
                self.wait(remote.ask(method, address, body))
            }
        };
        Ok(Document::from(text?))
    }
}

/// The address of a path at a server.
pub fn address(server: &Url, path: &[&str], parameters: Parameters) -> Url {
    let mut address = server.clone();
    if let Ok(mut segments) = address.path_segments_mut() {
        segments.pop_if_empty().extend(["api", "v1"]).extend(path);
    }
    for (name, value) in parameters {
        if let Some(value) = value {
            address.query_pairs_mut().append_pair(name, value);
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_part_of_the_address_whatever_signs_it_has() {
        let server = Url::parse("https://example.org/maasm/").unwrap();
        let address = address(
            &server,
            &["models", "a", "versions", ">=1, <2/?#"],
            &[("limit", Some("5".into())), ("after", None)],
        );
        let text = "https://example.org/maasm/api/v1/models/a/versions/%3E=1,%20%3C2%2F%3F%23?limit=5";
        assert_eq!(address.as_str(), text);
    }
}
