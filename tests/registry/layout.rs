//! A folder with a layout, and versions in it.

use maasm_registry::blobs::{Blobs, Durability, Lock, Stored};
use maasm_registry::digest::Digest;
use maasm_registry::oci::artifact;
use maasm_registry::oci::facts::Facts;
use maasm_registry::oci::reference::Reference;
use maasm_registry::oci::remote::{self, Error, Options, Progress, Pulled, Version};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// A layout that is gone with this.
pub struct Layout {
    folder: TempDir,
    pub blobs: Blobs,
    pub lock: Lock,
}

impl Layout {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path(), Durability::None).unwrap();
        let lock = blobs.lock().unwrap();
        Self { folder, blobs, lock }
    }

    /// Adds a version of a component.
    pub fn add(&self, component: &[u8]) -> Stored {
        let stored = self.blobs.add(component).unwrap();
        artifact::write(&self.blobs, stored, &facts()).unwrap()
    }

    pub async fn push(&self, manifest: Stored, to: &Reference, options: &Options) -> Result<(), Error> {
        self.push_with(manifest, &[], to, options).await
    }

    pub async fn push_with(
        &self,
        manifest: Stored,
        attachments: &[Digest],
        to: &Reference,
        options: &Options,
    ) -> Result<(), Error> {
        let version = Version { manifest: &manifest.digest, attachments };
        remote::push(&self.blobs, &self.lock, version, to, options, &tell).await
    }

    pub async fn pull(&self, from: &Reference, options: &Options) -> Result<Pulled, Error> {
        remote::pull(&self.blobs, &self.lock, from, options, &tell).await
    }

    /// The component of a version that was pulled.
    pub fn component(&self, pulled: &Pulled) -> Vec<u8> {
        self.blobs.read(&pulled.version.component.digest).unwrap()
    }

    /// What has arrived in part.
    pub fn partials(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path().join("temporary")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

/// What is said of every version here.
pub fn facts() -> Facts {
    Facts {
        name: Some("cats".into()),
        version: Some("1.0.0".into()),
        created: Some(std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000)),
        description: Some("tells cats apart".into()),
        licenses: Some("Apache-2.0".into()),
        source: Some("https://example.org/cats".into()),
        source_digest: Some(Digest::of(b"cats.onnx")),
        parent: Some("cats@0.9.0".into()),
        recipe: Some(serde_json::json!({"preprocess": "imagenet"})),
        created_by: Some("maasm 0.1.0".into()),
        ..Facts::default()
    }
}

/// Impatient, and nobody in particular.
pub fn options() -> Options {
    let nowhere = std::env::temp_dir().join("no-such-folder");
    Options { pause: Duration::from_millis(5), docker_config: Some(nowhere), ..Options::default() }
}

/// Where nobody wants to be told, the call alone must do no harm.
fn tell(progress: Progress) {
    assert!(!format!("{progress:?}").is_empty());
}
