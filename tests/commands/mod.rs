//! The command line for a model's life: the real program, in a folder of its own and at a real server.

mod deployments;
mod evaluate;
mod gate;
mod interrupted;
mod keys;
mod life;
mod listen;
mod maintenance;
mod optimize;
mod outputs;
mod overwritten;
mod place;
mod program;
mod publish;
pub mod samples;
mod texts;
mod transfer;
mod worker;
