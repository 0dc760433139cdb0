//! On this machine.

use super::progress::Bar;
use super::{Arguments, samples};
use crate::engine::EngineOptions;
use crate::registry::{Intent, Provenance, Reference, Registry, Selector};
use crate::service::{Evaluate, Service};
use anyhow::{Context, Result};
use maasm_evaluation::Report;
use std::path::Path;

/// Evaluates a version of the folder.
pub fn version(
    arguments: &Arguments,
    service: &Service,
    version: &Reference,
    against: Option<&Reference>,
) -> Result<Report> {
    let data = samples::open(&arguments.data, service.registry())?;
    let bar = Bar::new();
    let wanted = Evaluate {
        version,
        against,
        data: &data,
        method: arguments.effort.method(),
        search: None,
        progress: &|what, progress| bar.tell(what, progress),
        cancelled: &|| false,
    };
    let (_, report) = service.evaluate(&Intent::local(), &wanted)?;
    bar.finish();
    Ok(report)
}

/// Evaluates a component that is no version of anything.
pub fn component(arguments: &Arguments) -> Result<Report> {
    let file = Path::new(&arguments.version);
    let service = Service::start(Registry::temporary()?, EngineOptions::default(), u64::MAX)?;
    let provenance = Provenance { by: "local".into(), how: "a component".into(), ..Provenance::default() };
    let record = service.publish_in_place(&Intent::local(), file, provenance)?;
    let selector = Selector::Exact(record.facts.version);
    version(arguments, &service, &Reference { name: record.facts.name, selector }, None)
        .with_context(|| file.display().to_string())
}
