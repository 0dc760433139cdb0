//! A model and a front become one component that serves itself over HTTP.

use maasm_registry::oci::Interface;
use std::path::{Path, PathBuf};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};

/// Why there is no composed component.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read, or is no component.
    #[error("cannot read {path}: {error}; a model component is made by `maasm package`", path = path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// The component is no model, or one of another version of the interface.
    #[error("{path} is no model component, {exports}; one is made by `maasm package`", path = path.display())]
    NotAModel {
        /// Which file.
        path: PathBuf,
        /// What it exports.
        exports: String,
    },
    /// The two do not go together.
    #[error("the front and the model do not go together: {0}")]
    Compose(String),
}

/// The front as a component: it imports `maasm:model` and serves it through `wasi:http`. The same bytes for every model.
///
/// # Errors
/// If it was compiled wrongly.
pub fn front() -> Result<Vec<u8>, Error> {
    let encode = || wit_component::ComponentEncoder::default().module(maasm_templates::FRONT)?.encode();
    encode().map_err(|error: anyhow::Error| Error::Compose(format!("{error:#}")))
}

/// The model in this file composed with the front: one component, which needs nothing but `wasi:http` and clocks. The
/// model's own bytes are in it unchanged.
///
/// # Errors
/// If the file is no model component.
pub fn compose(model: &Path) -> Result<Vec<u8>, Error> {
    let read = |error| Error::Read { path: model.into(), error };
    let interface = Interface::read(model).map_err(read)?;
    if interface.target().is_none() {
        let exports = match &interface.exports[..] {
            [] => "it exports nothing".into(),
            exports => format!("it exports {}", exports.join(", ")),
        };
        return Err(Error::NotAModel { path: model.into(), exports });
    }
    with_front(std::fs::read(model).map_err(read)?)
}

/// As [`compose`], of a model that is in memory and known to be one.
///
/// # Errors
/// If it is of another version of the interface.
pub fn with_front(model: Vec<u8>) -> Result<Vec<u8>, Error> {
    let front = front()?;
    plugged(front, model).map_err(|error| Error::Compose(format!("{error:#}")))
}

/// What the front imports of models begins so.
const MODEL: &str = "maasm:model/";

fn plugged(front: Vec<u8>, model: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let front = Package::from_bytes("maasm:front", None, front, graph.types_mut())?;
    let front = graph.register_package(front)?;
    let model = Package::from_bytes("maasm:composed-model", None, model, graph.types_mut())?;
    let model = graph.register_package(model)?;
    let world = &graph.types()[graph[front].ty()];
    let imports: Vec<String> = world.imports.keys().filter(|name| name.starts_with(MODEL)).cloned().collect();
    let exports: Vec<String> = world.exports.keys().cloned().collect();
    let (front, model) = (graph.instantiate(front), graph.instantiate(model));
    for name in imports {
        let interface = graph.alias_instance_export(model, &name)?;
        graph.set_instantiation_argument(front, &name, interface)?;
    }
    for name in exports {
        let interface = graph.alias_instance_export(front, &name)?;
        graph.export(interface, &name)?;
    }
    // Both parts were valid, and hosts validate what they load.
    Ok(graph.encode(EncodeOptions { validate: false, ..EncodeOptions::default() })?)
}
