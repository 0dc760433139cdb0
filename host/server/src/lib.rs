//! Models over HTTP: routes and handlers; one resource is one file.
//!
//! # Layout
//! - `routes/`: the resources; what goes in and out of models is in [`maasm_protocol`]
//! - `access`: who may do what; `limits`: how often; `writing`: requests that change something
//! - `sites/`: names that the server answers to, and other sites whose pages may use it
//! - `jobs/`: work that takes its time
//! - `shadow`: what comes of asking another version the same
//! - `workers`: blocking calls on threads, so many at once, so many waiting
//! - `upload`: a request's body within limits of size, time and memory; `form`: the file in a form;
//!   `lingering`: what becomes of a body that nobody reads
//! - `query`: parameters, strictly
//! - `problem`: every error, as RFC 9457 wants it
//! - `trace`: a request's id and its line in the log
//! - `connections`: accepting, and ending without cutting anybody off; `tls`: the certificate
//! - `options`: what the server may take

mod access;
mod connections;
mod form;
mod jobs;
mod limits;
mod lingering;
mod options;
mod problem;
mod query;
mod routes;
mod shadow;
mod sites;
mod tls;
mod trace;
mod upload;
mod workers;
mod writing;

pub use access::Access;
pub use connections::serve;
pub use jobs::{
    AS_IT_IS, COMPILED, EvaluateRequest, Evaluated, OptimizeRequest, PublishRequest, Published, PullRequest,
    PushRequest, TuneRequest,
};
pub use options::ServerOptions;
pub use problem::{Kind, Problem};
pub use routes::{
    AliasRequest, Audit, CheckRequest, DataSets, DeployRequest, DeploymentDetails, Deployments, Evaluations, Jobs,
    Keys, ModelDetails, Models, RollbackRequest, document, local_router, router,
};
pub use sites::{Host, NoHost, NoOrigin, Origin, Sites};
pub use tls::{Tls, TlsError};

use maasm_app::Service;
use std::sync::Arc;

/// What every handler can reach.
#[derive(Clone)]
pub struct State {
    service: Service,
    access: Access,
    sites: Arc<Sites>,
    limits: limits::Limits,
    workers: workers::Workers,
    uploads: upload::Uploads,
    jobs: jobs::Runner,
    shadows: shadow::Shadows,
    private: problem::Private,
}

impl State {
    /// Puts the models behind the limits.
    pub fn new(service: Service, access: Access, options: &ServerOptions) -> Self {
        Self {
            jobs: jobs::Runner::new(&service, options),
            private: problem::Private::of(service.registry()),
            service,
            access,
            sites: Arc::new(options.sites.clone()),
            limits: limits::Limits::default(),
            workers: workers::Workers::new(options),
            uploads: upload::Uploads::new(options),
            shadows: shadow::Shadows::default(),
        }
    }

    /// Goes on with the jobs that an earlier process left undone. For the server alone: beside it, the command line may
    /// use the same data folder.
    ///
    /// # Errors
    /// If the registry cannot be read or written.
    pub fn resume(&self) -> Result<(), maasm_registry::Error> {
        self.jobs.resume()
    }

    /// Runs what may wait for the disk on a thread of its own.
    ///
    /// # Errors
    /// What `work` says.
    async fn blocking<T: Send + 'static, E: Into<Problem> + Send + 'static>(
        &self,
        work: impl FnOnce(&Service) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem> {
        let service = self.service.clone();
        let outcome = tokio::task::spawn_blocking(move || work(&service)).await;
        outcome.map_err(|_| Problem::new(Kind::Internal, "the work ended without an answer"))?.map_err(Into::into)
    }
}
