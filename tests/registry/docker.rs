//! Docker's registry, and how it is referred to.

use maasm_registry::oci::reference::Reference;
use std::net::SocketAddr;

pub use maasm_tests::docker::Docker;

/// A reference to what is served at this address.
pub fn reference(address: SocketAddr, rest: &str) -> Reference {
    format!("oci://{address}/{rest}").parse().unwrap()
}

/// How what is in the registry is referred to.
pub trait Referred {
    /// A reference into this registry.
    fn reference(&self, rest: &str) -> Reference;
}

impl Referred for Docker {
    fn reference(&self, rest: &str) -> Reference {
        reference(self.address, rest)
    }
}
