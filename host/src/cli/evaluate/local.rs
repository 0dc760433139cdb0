//! On this machine.

use super::progress::Bar;
use super::{Arguments, samples};
use anyhow::Result;
use maasm_app::{Evaluate, Service};
use maasm_engine::EngineOptions;
use maasm_evaluation::Report;
use maasm_registry::{Intent, Provenance, Reference, Registry, Selector};
use std::path::Path;

/// A version, and where it is kept.
#[derive(Clone, Copy)]
pub struct Kept<'a> {
    pub service: &'a Service,
    pub version: &'a Reference,
}

/// A component that is no version of anything but itself.
pub struct Component {
    service: Service,
    version: Reference,
}

impl Component {
    /// The component in this file.
    pub fn open(file: &Path) -> Result<Self> {
        let service = Service::start(Registry::temporary()?, EngineOptions::default(), u64::MAX)?;
        let provenance = Provenance { by: "local".into(), how: "a component".into(), ..Provenance::default() };
        let facts = service.publish_in_place(&Intent::local(), file, provenance)?.facts;
        Ok(Self { service, version: Reference { name: facts.name, selector: Selector::Exact(facts.version) } })
    }

    /// As a version that is kept.
    pub fn kept(&self) -> Kept<'_> {
        Kept { service: &self.service, version: &self.version }
    }
}

/// Evaluates a version, perhaps beside another, on data of this registry or in a file.
pub fn evaluate(arguments: &Arguments, registry: &Registry, own: Kept, other: Option<Kept>) -> Result<Report> {
    let data = samples::open(&arguments.data, registry)?;
    let bar = Bar::new();
    let wanted = Evaluate {
        version: own.version,
        against: other.map(|other| other.version),
        data: &data,
        method: arguments.effort.method(),
        search: None,
        progress: &|what, progress| bar.tell(what, progress),
        cancelled: &|| false,
    };
    let elsewhere = other.map_or(own.service, |other| other.service);
    let (_, report) = own.service.evaluate_beside(elsewhere, &Intent::local(), &wanted)?;
    bar.finish();
    Ok(report)
}
