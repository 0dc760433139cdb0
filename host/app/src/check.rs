//! Whether all is sound, and mending what is not.

use super::transfer::provenance;
use super::{Error, Service};
use maasm_registry::oci::{artifact, index};
use maasm_registry::{Finding, Findings, Intent, Result};

impl Service {
    /// Reads everything and compares it with its digests. With `repair`, what can be mended is: versions that the image
    /// layout lists and the database has lost are taken up again, damaged ones are put in quarantine, and sound ones
    /// released from it.
    ///
    /// # Errors
    /// If the check itself cannot be done.
    pub fn check(&self, intent: &Intent, repair: bool) -> Result<Findings, Error> {
        let recovered = if repair { self.recover(intent)? } else { vec![] };
        let mut findings = self.registry.check(repair)?;
        findings.findings.splice(0..0, recovered);
        Ok(findings)
    }

    /// Takes up again what the image layout's index lists and the database has lost.
    fn recover(&self, intent: &Intent) -> Result<Vec<Finding>, Error> {
        let lock = self.lock()?;
        let mut recovered = Vec::new();
        for entry in index::read(self.registry.blobs()).unwrap_or_default() {
            let Ok(version) = entry.version.parse() else { continue };
            if self.registry.knows(&entry.name, &version)? {
                continue;
            }
            let Ok(artifact) = artifact::read(self.registry.blobs(), &entry.manifest.digest) else { continue };
            let component = artifact.component;
            if !self.registry.blobs().verify(&component.digest).unwrap_or(false) {
                continue;
            }
            let provenance = provenance(&intent.by, "found in the image layout", &artifact.facts);
            let path = self.registry.blobs().path(&component.digest);
            self.publish_stored(intent, component, provenance, &lock, &path)?;
            let what = "the image layout lists it and the database did not know it".into();
            recovered.push(Finding { subject: format!("{}@{version}", entry.name), what, mended: true });
        }
        Ok(recovered)
    }
}
