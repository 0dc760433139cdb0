//! A component becomes a version.

use super::{Error, Service};
use crate::tensors;
use maasm_engine::{Model, TensorInfo};
use maasm_package as package;
use maasm_registry::blobs::{Lock, Stored};
use maasm_registry::{self as registry, Facts, Intent, Port, Provenance, Record};
use maasm_scores as scores;
use std::fs::{self, File};
use std::path::Path;

impl Service {
    /// Publishes the component in this file, under the name and version that it gives itself.
    ///
    /// # Errors
    /// If it is no sound model component, or its number was used for another one.
    pub fn publish(&self, intent: &Intent, file: &Path, provenance: Provenance) -> Result<Record, Error> {
        let lock = self.lock()?;
        let blobs = self.registry.blobs();
        let stored = File::open(file).and_then(|mut file| blobs.add_from(&mut file));
        let stored = stored.map_err(registry::Error::file(file))?;
        self.publish_stored(intent, stored, provenance, &lock, file)
    }

    /// As [`Service::publish`], and keeps the ONNX file that the component was compiled from.
    ///
    /// # Errors
    /// As there.
    pub fn publish_with(
        &self,
        intent: &Intent,
        file: &Path,
        source: &Path,
        mut provenance: Provenance,
    ) -> Result<Record, Error> {
        let lock = self.lock()?;
        let blobs = self.registry.blobs();
        let add = |file: &Path| {
            let stored = File::open(file).and_then(|mut file| blobs.add_from(&mut file));
            stored.map_err(registry::Error::file(file))
        };
        provenance.model = Some(add(source)?.digest);
        let stored = add(file)?;
        self.publish_stored(intent, stored, provenance, &lock, file)
    }

    /// As [`Service::publish`], for a registry that goes away with the process: the file is used where it is.
    ///
    /// # Errors
    /// As there.
    #[cfg(unix)]
    pub fn publish_in_place(&self, intent: &Intent, file: &Path, provenance: Provenance) -> Result<Record, Error> {
        let lock = self.lock()?;
        let stored = self.registry.blobs().link(file).map_err(registry::Error::file(file))?;
        self.publish_stored(intent, stored, provenance, &lock, file)
    }

    /// Publishes a component that is among the blobs; `file` is what messages call it.
    ///
    /// # Errors
    /// As [`Service::publish`].
    pub fn publish_stored(
        &self,
        intent: &Intent,
        stored: Stored,
        provenance: Provenance,
        lock: &Lock,
        file: &Path,
    ) -> Result<Record, Error> {
        let path = self.component(&stored.digest)?;
        // What is no model goes away with the next collection of garbage.
        let model = self.engine.load(&path).map_err(|error| error.of(file))?;
        let facts = Facts { scores: package::said(&path).as_ref().and_then(scores::said), ..facts(&model)? };
        let record = self.registry.publish(intent, stored, facts, provenance, lock)?;
        self.loaded.keep(stored.digest, model);
        Ok(record)
    }

    /// While this lives, no blob is removed.
    ///
    /// # Errors
    /// If the file system has no locks.
    pub fn lock(&self) -> Result<Lock, registry::Error> {
        self.registry.blobs().lock().map_err(registry::Error::file(self.registry.folder()))
    }

    /// The file of a component; that which a link leads to, since compiled code lies beside it.
    pub(super) fn component(&self, digest: &registry::digest::Digest) -> Result<std::path::PathBuf, registry::Error> {
        let path = self.registry.blobs().path(digest);
        if path.is_symlink() { fs::canonicalize(&path).map_err(registry::Error::file(path)) } else { Ok(path) }
    }
}

/// What a component says of itself.
fn facts(model: &Model) -> Result<Facts, registry::Error> {
    let description = model.description();
    let version = description.version.parse().map_err(|error| {
        registry::Error::Malformed(format!(
            "{} calls its version {:?}, which is not semantic ({error}); package it again",
            description.name, description.version
        ))
    })?;
    registry::check_name(&description.name)?;
    let port = |info: &TensorInfo| Port {
        name: info.name.clone(),
        r#type: tensors::name(info.element_type).into(),
        shape: info.shape.clone(),
    };
    Ok(Facts {
        name: description.name.clone(),
        version,
        description: description.description.clone(),
        license: description.license.clone(),
        source: description.source.clone(),
        source_digest: description.source_digest.clone(),
        digest: model.loading().digest.clone(),
        parameters: description.parameters,
        multiply_accumulates: description.multiply_accumulates,
        inputs: description.inputs.iter().map(port).collect(),
        outputs: description.outputs.iter().map(port).collect(),
        accepts: description.accepts.clone(),
        labels: description.labels.len() as u64,
        scores: None,
    })
}
