//! What computes a deployment's versions, on the command line.

use maasm_registry::{Backend, Execution, Nn};
use std::num::NonZeroU32;

/// What computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Engine {
    /// The model's own component, in the sandbox
    Sandbox,
    /// The host, which a component without weights asks through wasi-nn
    Nn,
}

impl Engine {
    /// Computing so, with what the server is set to.
    pub(super) fn with_defaults(self) -> Execution {
        match self {
            Self::Sandbox => Execution::Sandbox,
            Self::Nn => Execution::Nn(Nn::default()),
        }
    }
}

/// What computes the versions that are deployed.
#[derive(Clone, Copy, clap::Args)]
pub(super) struct ExecutionOptions {
    /// What computes [default: sandbox]
    #[arg(long, value_name = "ENGINE", value_enum)]
    execution: Option<Engine>,
    /// What the host computes with; as the server is set, if absent
    #[arg(long, value_name = "BACKEND", value_enum, requires = "execution")]
    nn_backend: Option<Backend>,
    /// How many threads of the host compute one inference; as the server is set, if absent
    #[arg(long, value_name = "N", requires = "execution")]
    nn_threads: Option<NonZeroU32>,
}

impl ExecutionOptions {
    /// What the server is asked for, if anything.
    pub(super) fn wanted(self) -> Option<Execution> {
        match self.execution? {
            Engine::Sandbox => Some(Execution::Sandbox),
            Engine::Nn => Some(Execution::Nn(Nn { backend: self.nn_backend, threads: self.nn_threads })),
        }
    }
}
