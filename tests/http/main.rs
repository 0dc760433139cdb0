//! The server over real HTTP: the real program, good requests and bad ones.

mod access;
mod forms;
mod hostile;
mod infer;
mod input;
mod lifecycle;
mod models;
mod photographs;
mod pictures;
mod routes;
mod server;
mod tls;
