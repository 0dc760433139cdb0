//! The server over real HTTP: the real program, good requests and bad ones.

mod forms;
mod hostile;
mod infer;
mod input;
mod lifecycle;
mod mission;
mod models;
mod photographs;
mod pictures;
mod publish;
mod routes;
mod server;
