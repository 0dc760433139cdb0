//! The server over real HTTP: the real program, good requests and bad ones.

mod access;
mod damage;
mod deployments;
mod evaluate;
mod execution;
mod forms;
mod hostile;
mod hostile_writes;
mod infer;
mod input;
mod lifecycle;
mod mission;
pub mod models;
mod open_inference;
mod open_inference_client;
mod open_inference_refused;
mod openapi;
mod optimize;
mod pages;
mod photographs;
mod pictures;
mod private;
mod publish;
mod routes;
pub mod server;
mod sites;
mod tls;
