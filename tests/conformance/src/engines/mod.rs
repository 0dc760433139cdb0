//! What runs a test.

mod maasm;
mod native;
mod tract;
mod wasm;

pub use maasm::Maasm;

use crate::case::Case;
use crate::suite::{Suite, Test};
use crate::verdict::Verdict;
use anyhow::Result;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// This project's, natively and in WebAssembly.
    Maasm,
    /// tract, natively.
    Tract,
}

impl Engine {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Maasm => "maasm",
            Self::Tract => "tract",
        }
    }
}

/// An engine that is ready.
pub enum Running {
    /// This project's.
    Maasm(Box<Maasm>),
    /// tract.
    Tract,
}

impl Running {
    /// Makes an engine ready.
    ///
    /// # Errors
    /// If that is not possible.
    pub fn start(engine: Engine) -> Result<Self> {
        Ok(match engine {
            Engine::Maasm => Self::Maasm(Box::new(Maasm::start()?)),
            Engine::Tract => Self::Tract,
        })
    }

    /// Runs a test; `stage` is told what is being done before it is done.
    pub fn run(&self, suite: &Suite, test: &Test, stage: &dyn Fn(&str)) -> Verdict {
        if let Some(why) = &test.broken {
            return Verdict::unsupported(format!("the test cannot be written: {why}"));
        }
        // Text and lists are not read, as neither engine takes them.
        if let Some(foreign) = test.types().find_map(foreign) {
            return Verdict::unsupported(foreign);
        }
        match Case::read(suite, test) {
            Err(error) => Verdict::failed("the test cannot be read").detailed(format!("{error:#}")),
            Ok(case) => match self {
                Self::Maasm(maasm) => maasm.run(&case, stage),
                Self::Tract => tract::run(&case),
            },
        }
    }
}

/// Why a value of this type is no tensor of numbers, if it is none.
fn foreign(type_name: &str) -> Option<String> {
    match type_name.split_once('(') {
        Some((kind, _)) => Some(format!("values of type {kind}")),
        None => (type_name == "string").then(|| "element type string".into()),
    }
}

/// Runs something; a panic in it is given as its message.
fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
    })
}
