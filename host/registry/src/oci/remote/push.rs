//! A version, with what is attached to it, to a registry.

use super::super::manifest::{Descriptor, Manifest};
use super::super::reference::{Reference, Selector};
use super::super::{artifact, attachment};
use super::error::Error;
use super::options::Options;
use super::progress::Listener;
use super::session::Session;
use super::{manifests, referrers, retry, upload};
use crate::blobs::{Blobs, Lock, Stored};
use crate::digest::Digest;

/// A version to be pushed.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// Its manifest.
    pub manifest: &'a Digest,
    /// The manifests of what is attached to it.
    pub attachments: &'a [Digest],
}

/// Pushes a version: blobs that the registry lacks, then the manifest under the reference, then what is attached. Each is
/// only referred to once it is there. A push that broke off goes on with the first blob that is missing.
///
/// # Errors
/// If the version cannot be read, or the registry does not take it.
pub async fn push(
    blobs: &Blobs,
    _together: &Lock,
    version: Version<'_>,
    reference: &Reference,
    options: &Options,
    listener: Listener<'_>,
) -> Result<(), Error> {
    let local = |error| Error::Local { reference: reference.to_string(), error };
    artifact::read(blobs, version.manifest).map_err(local)?;
    let session = Session::open(reference, options, true).await?;
    let pushing = Pushing { session: &session, blobs, listener };
    pushing.one(version.manifest, &reference.manifest).await?;
    for digest in version.attachments {
        let (manifest, is_noted) = pushing.one(digest, &Selector::Digest(*digest)).await?;
        if let (false, Some(subject)) = (is_noted, &manifest.subject) {
            let size = blobs.size(digest).unwrap_or_default();
            let descriptor = Descriptor {
                artifact_type: Some(manifest.artifact_type().to_owned()),
                annotations: manifest.annotations.clone(),
                ..Descriptor::new(manifest.media_type(), Stored { digest: *digest, size })
            };
            referrers::note(&session, &subject.digest, descriptor, listener).await?;
        }
    }
    Ok(())
}

struct Pushing<'a> {
    session: &'a Session,
    blobs: &'a Blobs,
    listener: Listener<'a>,
}

impl Pushing<'_> {
    /// Pushes a manifest with its blobs. Gives it, and says whether the registry notes to what it is attached.
    async fn one(&self, digest: &Digest, selector: &Selector) -> Result<(Manifest, bool), Error> {
        let local = |error| Error::Local { reference: self.session.reference.to_string(), error };
        let manifest = attachment::read(self.blobs, digest).map_err(local)?;
        for blob in manifest.blobs() {
            upload::blob(self.session, self.blobs, blob, self.listener).await?;
        }
        let (blobs, manifest_digest) = (self.blobs.clone(), *digest);
        let bytes = self.session.store(move || blobs.read(&manifest_digest)).await?;
        let put = || manifests::put(self.session, selector, manifest.media_type(), &bytes);
        let is_noted = retry::persist(&self.session.options, self.listener, put).await?;
        Ok((manifest, is_noted))
    }
}
