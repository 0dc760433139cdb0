//! What goes in and out of an inference, as bytes: JSON, and behind it the tensors that are binary.
//!
//! # Layout
//! - `request`: the JSON of a request and what is behind it
//! - `input`: the tensors or the picture that it gives; `picture`: bytes of the datatype BYTES
//! - `selection`: which outputs it asks for, and in which form
//! - `answer`: what goes back; `metadata`: what a server and its models say of themselves
//! - `error`: what can be wrong with a request

mod answer;
mod error;
mod input;
pub mod metadata;
mod picture;
mod request;
mod selection;

pub use answer::Answer;
pub use error::{InputError, MessageError};
pub use input::Inputs;
pub use request::{Message, header_length, require_plain};
pub use selection::Selection;

use http::HeaderName;

/// How many bytes of a body are JSON; without it, all are.
const HEADER_LENGTH: HeaderName = HeaderName::from_static("inference-header-content-length");

/// Whether the address is one of this protocol's, known or not.
pub fn speaks_at(path: &str) -> bool {
    path.strip_prefix("/v2").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_is_spoken_below_v2_only() {
        for path in ["/v2", "/v2/", "/v2/models/a/infer", "/v2/nothing"] {
            assert!(speaks_at(path), "{path}");
        }
        for path in ["/", "/v20", "/api/v2", "/api/v1/infer"] {
            assert!(!speaks_at(path), "{path}");
        }
    }
}
