//! Versions go to remote registries and come from there.

use super::{Error, Service};
use maasm_registry::oci::facts::Facts;
use maasm_registry::oci::reference::Reference as Remote;
use maasm_registry::oci::remote::{self, Listener, Options, Version};
use maasm_registry::{Intent, Provenance, Record, Reference};
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
        let attachments = self.registry().attachments(&record)?;
        let version = Version { manifest: &record.manifest, attachments: &attachments };
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
        let (component, attachments) = (pulled.version.component, pulled.attachments);
        let (service, intent, name) = (self.clone(), intent.clone(), from.to_string());
        let publish = move || {
            let record = service.publish_stored(&intent, component, provenance, &lock, Path::new(&name))?;
            service.registry().adopt(&record, &attachments)?;
            Ok(record)
        };
        tokio::task::spawn_blocking(publish).await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}

/// Where a version comes from: what it says itself, and how it came here.
pub(super) fn provenance(by: &str, how: &str, facts: &Facts) -> Provenance {
    let made = facts.recipe.as_ref().and_then(|recipe| recipe["how"].as_str());
    let how = made.map_or_else(|| how.to_owned(), |made| format!("{made}; {how}"));
    let recipe = facts.recipe.as_ref().and_then(|recipe| serde_json::from_value(recipe["made"].clone()).ok());
    Provenance { by: by.into(), how, parent: facts.parent.clone(), recipe, model: None }
}

impl From<remote::Error> for Error {
    fn from(error: remote::Error) -> Self {
        Self::Remote(Box::new(error))
    }
}
