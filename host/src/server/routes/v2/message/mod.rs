//! What goes in and out of an inference, as bytes: JSON, and behind it the tensors that are binary.
//!
//! # Layout
//! - `request`: the JSON of a request and what is behind it
//! - `input`: the tensors or the picture that it gives; `picture`: bytes of the datatype BYTES
//! - `selection`: which outputs it asks for, and in which form
//! - `answer`: what goes back
//! - `error`: what can be wrong with a request

mod answer;
mod error;
mod input;
mod picture;
mod request;
mod selection;

pub use answer::Answer;
pub use error::{InputError, MessageError};
pub use input::Inputs;
pub use request::{Message, header_length};
pub use selection::Selection;

use axum::http::HeaderName;

/// How many bytes of a body are JSON; without it, all are.
const HEADER_LENGTH: HeaderName = HeaderName::from_static("inference-header-content-length");
