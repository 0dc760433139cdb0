//! The `maasm` command line: one subcommand is one file in `cli/`.
#![forbid(unsafe_code)]

pub mod cli;
