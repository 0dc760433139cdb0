//! What the registry promises, tried on the real server.
//!
//! # Layout
//! - `chaos/`: the server is killed at random moments, and nothing that it acknowledged may be lost
//! - `scale/`: many versions are registered, and nothing that counts may cost more for it
//! - `load/`: versions take turns under load, and no request may fail or be answered by one that was not live
//! - `hosts/`: one component in hosts by many hands, and whether they agree
//! - `lattice/`: hosts of wasmCloud, one of which is killed
//! - `server`: the program as a server; `client`: asks it
//! - `models`: what is published
#![forbid(unsafe_code)]

pub mod chaos;
pub mod client;
pub mod hosts;
pub mod lattice;
pub mod load;
pub mod models;
pub mod scale;
mod server;
