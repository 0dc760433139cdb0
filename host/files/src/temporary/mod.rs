//! Folders and files that go away with the process, however it ends: dropped, at the end of `main`, at every signal that
//! can be caught; and what a process left that was killed, when the next one makes a folder.
//!
//! # Layout
//! - `passing`: paths that are removed; `folder`: a folder with a lock, which tells whether its owner lives
//! - `signals`: what ends the process

mod folder;
mod passing;
mod signals;

pub use folder::Folder;
pub use passing::{Passing, end};
pub use signals::leave;
