//! Text files that users give, and folders that go away with the process.
//!
//! # Layout
//! - `text`: files of text: UTF-8, with a byte order mark or without
//! - `temporary/`: folders and files that go away with the process, however it ends

#![forbid(unsafe_code)]

pub mod temporary;
pub mod text;
