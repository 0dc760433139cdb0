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
pub mod samples;
mod transfer;
