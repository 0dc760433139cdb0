//! Pushing versions to remote registries and pulling them from there.
//!
//! Both may be dropped at any time: what is in its place is whole, what has arrived is continued the next time.
//!
//! # Layout
//! - `push`, `pull`: a version with what is attached to it
//! - `manifests`: manifests there and back; `referrers`: which are attached to a version
//! - `upload`: a blob there; `download`, `partial`: a blob back, continued where it broke off
//! - `session`: requests and answers; `authorization`: who we are; `retry`: trying again
//! - `options`, `progress`, `error`: what is told to us, and what we tell

mod authorization;
mod download;
mod error;
mod manifests;
mod options;
mod partial;
mod progress;
mod pull;
mod push;
mod referrers;
mod retry;
mod session;
mod upload;

pub use error::Error;
pub use options::Options;
pub use progress::{Listener, Progress, Tally};
pub use pull::{Pulled, pull};
pub use push::{Version, push};
