//! Versions go to remote registries and come from there.

use super::{Error, Service};
use crate::registry::blobs::Stored;
use crate::registry::oci::reference::Reference as Remote;
use crate::registry::oci::remote::{self, Listener, Options, Version};
use crate::registry::oci::{artifact, facts::Facts};
use crate::registry::{self, Intent, Provenance, Record, Reference};
use std::path::Path;

impl Service {
    /// Pushes the version that a reference means.
    ///
    /// # Errors
    /// If there is no such version, or the remote registry does not take it.
    pub async fn push(
        &self,
        reference: &Reference,
        to: &Remote,
        options: &Options,
        listener: Listener<'_>,
    ) -> Result<Record, Error> {
        let record = self.registry().find(reference)?;
        let lock = self.lock()?;
        let version = Version { manifest: &record.manifest, attachments: &[] };
        remote::push(self.registry().blobs(), &lock, version, to, options, listener).await?;
        Ok(record)
    }

    /// Pulls a version and publishes it, under the name and version that it gives itself.
    ///
    /// # Errors
    /// If the remote registry does not have it, it is no sound model component, or its number was used for another one.
    pub async fn pull(
        &self,
        intent: &Intent,
        from: &Remote,
        options: &Options,
        listener: Listener<'_>,
    ) -> Result<Record, Error> {
        let lock = self.lock()?;
        let pulled = remote::pull(self.registry().blobs(), &lock, from, options, listener).await?;
        let provenance = provenance(&intent.by, &format!("pulled from {from}"), &pulled.version.facts);
        let component = pulled.version.component;
        let (service, intent, name) = (self.clone(), intent.clone(), from.to_string());
        let publish = move || service.publish_stored(&intent, component, provenance, &lock, Path::new(&name));
        tokio::task::spawn_blocking(publish).await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }

    /// Takes up again what the image layout's index lists and the database has lost; says what.
    ///
    /// # Errors
    /// If something cannot be read or written.
    pub fn recover(&self, intent: &Intent) -> Result<Vec<Record>, Error> {
        let lock = self.lock()?;
        let mut recovered = Vec::new();
        for entry in self.registry.lost()? {
            let Ok(version) = artifact::read(self.registry.blobs(), &entry.manifest.digest) else { continue };
            let provenance = provenance(&intent.by, "found in the image layout", &version.facts);
            let Stored { digest, .. } = version.component;
            if !self.registry.blobs().verify(&digest).unwrap_or(false) {
                continue;
            }
            let path = self.registry.blobs().path(&digest);
            recovered.push(self.publish_stored(intent, version.component, provenance, &lock, &path)?);
        }
        Ok(recovered)
    }
}

/// Where a version comes from: what it says itself, and how it came here.
fn provenance(by: &str, how: &str, facts: &Facts) -> Provenance {
    let made = facts.recipe.as_ref().and_then(|recipe| recipe["how"].as_str());
    let how = made.map_or_else(|| how.to_owned(), |made| format!("{made}; {how}"));
    Provenance { by: by.into(), how, parent: facts.parent.clone() }
}

impl From<remote::Error> for Error {
    fn from(error: remote::Error) -> Self {
        Self::Remote(Box::new(error))
    }
}

impl registry::Registry {
    /// Versions that the image layout's index lists and the database never knew.
    ///
    /// # Errors
    /// If the database fails.
    fn lost(&self) -> registry::Result<Vec<registry::oci::index::Entry>> {
        let listed = registry::oci::index::read(self.blobs()).unwrap_or_default();
        let mut lost = Vec::new();
        for entry in listed {
            let Ok(version) = entry.version.parse() else { continue };
            if !self.knows(&entry.name, &version)? {
                lost.push(entry);
            }
        }
        Ok(lost)
    }
}
