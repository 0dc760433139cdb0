//! The configuration of a Wasm artifact, as the CNCF's guidance has it.

use super::interface::Interface;
use crate::digest::Digest;
use serde::Serialize;

/// The configuration, field by field in the order in which it is written. It repeats what can be read off the
/// component, for those that show what a registry has; we write it and never need to read it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Config<'a> {
    created: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    architecture: &'static str,
    os: &'static str,
    layer_digests: [Digest; 1],
    component: Component,
}

#[derive(Debug, Serialize)]
struct Component {
    exports: Vec<String>,
    imports: Vec<String>,
    target: Option<String>,
}

impl<'a> Config<'a> {
    /// What is said of a component that was made at this time by this author.
    pub fn new(created: &'a str, author: Option<&'a str>, component: Digest, interface: Interface) -> Self {
        let target = interface.target();
        let Interface { exports, imports } = interface;
        // "wasip2" stands for components, whether they use WASI or not.
        Self {
            created,
            author,
            architecture: "wasm",
            os: "wasip2",
            layer_digests: [component],
            component: Component { exports, imports, target },
        }
    }
}
