//! Feeds files that something happened to, to what `maasm inspect` and `maasm package` do: no panic, no hang, no memory
//! that a file only claims to need.
//!
//! # Layout
//! - `corpus`: the models that something happens to
//! - `file`: the file of a number, the same for the same seed
//! - `trial`: what is done with a file
//! - `binary`: the same by the `maasm` command itself
//! - `panics`, `memory`: what is noticed on the way
//! - `worker`: a process that tries file after file
//! - `overseer`: starts workers and watches their time and memory
//! - `tally`: what came of all files
#![forbid(unsafe_code)]

pub mod binary;
pub mod corpus;
pub mod file;
pub mod memory;
pub mod overseer;
pub mod panics;
pub mod tally;
pub mod trial;
pub mod worker;
