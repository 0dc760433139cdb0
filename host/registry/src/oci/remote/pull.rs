//! A version, with what is attached to it, from a registry.

use super::super::artifact::{self, Artifact, NotWasm};
use super::super::manifest::{Descriptor, MAX_SIZE, Manifest};
use super::super::reference::{Reference, Selector};
use super::error::Error;
use super::options::Options;
use super::progress::Listener;
use super::session::Session;
use super::{download, manifests, referrers, retry};
use crate::blobs::{Blobs, Lock, Stored};

/// What was pulled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// The version.
    pub version: Artifact,
    /// The manifests of what is attached to it.
    pub attachments: Vec<Stored>,
}

/// Pulls a version: the manifest first, then blobs that are not there yet. Every size and digest is checked before anything
/// gets its place. A pull that broke off goes on where it did, if the registry can.
///
/// # Errors
/// If the registry does not have it, gives something else, or what it has is no model or too large.
pub async fn pull(
    blobs: &Blobs,
    _together: &Lock,
    reference: &Reference,
    options: &Options,
    listener: Listener<'_>,
) -> Result<Pulled, Error> {
    let session = Session::open(reference, options, false).await?;
    let pulling = Pulling { session: &session, blobs, listener };
    let bytes = pulling.manifest(&reference.manifest).await?;
    let not_wasm = |error| Error::NotWasm { reference: reference.to_string(), error };
    let version = artifact::parse(&bytes).map_err(not_wasm)?;
    let manifest = Manifest::parse(&bytes).map_err(|error| not_wasm(NotWasm::NoManifest(error)))?;
    pulling.check(&manifest.config, "the configuration", MAX_SIZE)?;
    pulling.check(&manifest.layers[0], "the component", options.component_limit)?;
    pulling.blobs(&manifest).await?;
    pulling.add(bytes).await?;
    let attachments = pulling.attachments(version.manifest).await?;
    Ok(Pulled { version, attachments })
}

/// How many attachments are looked at.
const MAX_ATTACHMENTS: usize = 100;

struct Pulling<'a> {
    session: &'a Session,
    blobs: &'a Blobs,
    listener: Listener<'a>,
}

impl Pulling<'_> {
    async fn manifest(&self, selector: &Selector) -> Result<Vec<u8>, Error> {
        let get = || manifests::get(self.session, selector);
        let found = retry::persist(&self.session.options, self.listener, get).await?;
        found.ok_or_else(|| self.session.not_found(format!("manifest {selector}")))
    }

    async fn blobs(&self, manifest: &Manifest) -> Result<(), Error> {
        for blob in manifest.blobs() {
            download::blob(self.session, self.blobs, blob, self.listener).await?;
        }
        Ok(())
    }

    /// Pulls what is attached to a version, as far as it fits.
    async fn attachments(&self, version: Stored) -> Result<Vec<Stored>, Error> {
        let find = || referrers::find(self.session, &version.digest);
        let found = retry::persist(&self.session.options, self.listener, find).await?;
        let mut room = self.session.options.attachments_limit;
        let mut attachments = Vec::new();
        for Descriptor { digest, size, .. } in found.into_iter().take(MAX_ATTACHMENTS) {
            let skip = |why| tracing::warn!(%digest, "what is attached is left in the registry: it {why}");
            if size > room {
                skip("is too large");
                continue;
            }
            let bytes = self.manifest(&Selector::Digest(digest)).await?;
            room = room.saturating_sub(bytes.len() as u64);
            let Some(manifest) = attached(&bytes, version) else {
                skip("is not attached to this version");
                continue;
            };
            let needs = manifest.blobs().map(|blob| blob.size).fold(0, u64::saturating_add);
            if needs > room {
                skip("is too large");
                continue;
            }
            room -= needs;
            self.blobs(&manifest).await?;
            attachments.push(self.add(bytes).await?);
        }
        Ok(attachments)
    }

    async fn add(&self, bytes: Vec<u8>) -> Result<Stored, Error> {
        let blobs = self.blobs.clone();
        self.session.store(move || blobs.add(&bytes)).await
    }

    fn check(&self, blob: &Descriptor, what: &str, limit: u64) -> Result<(), Error> {
        if blob.size > limit { Err(self.session.too_large(what.into(), blob.size, limit)) } else { Ok(()) }
    }
}

/// The manifest of these bytes, if it is one and attached to this version.
fn attached(bytes: &[u8], version: Stored) -> Option<Manifest> {
    let manifest = Manifest::parse(bytes).ok()?;
    (manifest.subject.as_ref()?.digest == version.digest).then_some(manifest)
}
