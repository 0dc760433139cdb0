//! Models over HTTP: routes and handlers; one resource is one file.
//!
//! # Layout
//! - `routes/`: the resources; `answer`: what a recognition looks like as JSON
//! - `catalog`: which models and versions there are
//! - `workers`: blocking calls on threads, so many at once, so many waiting
//! - `upload`: a request's body within limits of size, time and memory; `form`: the file in a form;
//!   `lingering`: what becomes of a body that nobody reads
//! - `query`: parameters, strictly
//! - `problem`: every error, as RFC 9457 wants it
//! - `trace`: a request's id and its line in the log
//! - `connections`: accepting, and ending without cutting anybody off
//! - `options`: what the server may take

mod answer;
mod catalog;
mod connections;
mod form;
mod lingering;
mod options;
mod problem;
mod query;
mod routes;
mod trace;
mod upload;
mod workers;

pub use answer::Answer;
pub use catalog::{Catalog, CatalogError};
pub use connections::serve;
pub use options::ServerOptions;
pub use problem::{Kind, Problem};
pub use routes::router;

use std::sync::Arc;

/// What every handler can reach.
#[derive(Clone)]
pub struct State {
    catalog: Arc<Catalog>,
    workers: workers::Workers,
    uploads: upload::Uploads,
}

impl State {
    /// Puts the models behind the limits.
    pub fn new(catalog: Catalog, options: &ServerOptions) -> Self {
        Self {
            catalog: Arc::new(catalog),
            workers: workers::Workers::new(options),
            uploads: upload::Uploads::new(options),
        }
    }
}
