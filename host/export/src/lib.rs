//! A component and what another platform needs beside it, as files.
//!
//! # Layout
//! - `core_module`: a core module and a C header, for hosts that know no components
//! - `kubernetes`, `node`, `spin`, `wasmcloud`, `wasmtime`: one platform is one file
//! - `names`: names as platforms want them
//! - `error`: why there are no files

pub mod compose;
mod core_module;
mod error;
mod kubernetes;
mod names;
mod node;
mod spin;
mod wasmcloud;
mod wasmtime;

pub use core_module::is_relaxed;
pub use error::Error;

use maasm_engine::Description;
use serde_json::Value;

/// Where a model can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Target {
    /// A core module and a C header, for hosts that know no components
    Core,
    /// A package for Node, of which jco makes a JavaScript module
    Node,
    /// Spin and SpinKube: an application that serves the model
    Spin,
    /// `wasmtime serve`
    Wasmtime,
    /// wasmCloud: `wash dev` and its operator
    Wasmcloud,
    /// Kubernetes: `maasm serve` in as many copies as the load asks for
    K8s,
}

/// A model to be exported.
pub struct Exported<'a> {
    /// The component's bytes.
    pub component: &'a [u8],
    /// What it says of itself.
    pub description: &'a Description,
}

impl Exported<'_> {
    /// The component composed with the front, for platforms that serve components.
    fn service(&self) -> Result<Vec<u8>, Error> {
        Ok(compose::with_front(self.component.to_vec())?)
    }

    /// What a registry may call it, with this before; one that nobody has.
    fn artifact(&self, scheme: &str) -> String {
        let Description { name, version, .. } = self.description;
        // A tag takes no `+`.
        format!("{scheme}registry.example/models/{name}:{}", version.replace('+', "_"))
    }

    /// What a process with the model may take, as Kubernetes writes it: the component, its compiled code, which holds the
    /// weights once more, the runtime, and room for pictures.
    fn memory(&self) -> String {
        let component = (self.component.len() as u64).div_ceil(1 << 20);
        format!("{}Mi", 512 + 2 * component)
    }
}

/// What only the user knows.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The container image.
    pub image: Option<String>,
    /// Where the model can be pulled from, as `oci://…`.
    pub model: Option<String>,
}

impl Options {
    fn image_or(&self, otherwise: impl FnOnce() -> String) -> String {
        self.image.clone().unwrap_or_else(otherwise)
    }

    /// Where the model is pulled from.
    fn model_or(&self, exported: &Exported) -> String {
        self.model.clone().unwrap_or_else(|| exported.artifact("oci://"))
    }
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path in the folder.
    pub path: String,
    /// What is in it.
    pub contents: Vec<u8>,
}

impl File {
    fn new(path: impl Into<String>, contents: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), contents: contents.into() }
    }
}

/// What a platform needs.
///
/// # Errors
/// If the component is none that this platform takes.
pub fn export(target: Target, exported: &Exported, options: &Options) -> Result<Vec<File>, Error> {
    let name = &exported.description.name;
    if !maasm_component::is_name(name) {
        return Err(Error::Name(name.clone()));
    }
    match target {
        Target::Core => core_module::files(name, exported.component),
        Target::Node => Ok(node::files(exported)),
        Target::Spin => spin::files(exported, &exported.service()?, options),
        Target::Wasmtime => Ok(wasmtime::files(&exported.service()?)),
        Target::Wasmcloud => Ok(wasmcloud::files(exported, &exported.service()?, options)),
        Target::K8s => kubernetes::files(exported, options),
    }
}

/// Documents in one file.
fn yaml(documents: &[Value]) -> String {
    let document = |value| serde_saphyr::to_string(value).expect("what JSON can tell, YAML can tell");
    documents.iter().map(document).collect::<Vec<_>>().join("---\n")
}
