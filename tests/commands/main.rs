//! The command line for a model's life: the real program, in a folder of its own and at a real server.

mod deployments;
mod evaluate;
mod gate;
mod keys;
mod life;
mod maintenance;
mod optimize;
mod place;
mod program;
mod publish;
mod samples;
mod transfer;

#[path = "../http/models.rs"]
#[allow(dead_code, reason = "the tests of the server need more of it")]
mod models;
#[path = "../http/server.rs"]
#[allow(dead_code, reason = "the tests of the server need more of it")]
mod server;
