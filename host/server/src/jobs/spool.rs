//! An upload on its way into a job's folder.

use crate::{Kind, Problem};
use axum::body::Bytes;
use futures_util::{Stream, StreamExt};
use maasm_registry::Registry;
use maasm_registry::digest::Digest;
use sha2::{Digest as _, Sha256};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

/// The files that an upload may have. Each has the name that it is known by in the job's folder.
pub const PARTS: [&str; 6] = ["model", "structure", "params", "labels", "preprocess", "data"];

/// How much of an upload there may be.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// Bytes.
    pub bytes: u64,
    /// What is uploaded, and the option that says how much.
    pub what: &'static str,
    pub option: &'static str,
}

/// A job's folder that is being filled. It is removed when dropped.
pub struct Spool {
    id: String,
    folder: PathBuf,
    hasher: Sha256,
    received: u64,
    most: Most,
    kept: bool,
}

/// A job's folder with everything in it, durably. It is removed when dropped, unless it is kept.
pub struct Spooled {
    spool: Spool,
    /// Tells uploads apart.
    pub digest: Digest,
}

impl Spool {
    pub(super) fn new(registry: &Registry, most: Most) -> Result<Self, Problem> {
        let id = uuid::Uuid::now_v7().to_string();
        let folder = registry.job_folder(&id);
        registry.make_folder(&folder)?;
        Ok(Self { id, folder, hasher: Sha256::new(), received: 0, most, kept: false })
    }

    /// Receives a file.
    ///
    /// # Errors
    /// If there is too much of it, it breaks off, or it cannot be written.
    pub async fn receive<E: Display>(
        &mut self,
        part: &str,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<u64, Problem> {
        debug_assert!(PARTS.contains(&part));
        let path = self.folder.join(part);
        let mut file = File::create(&path).await.map_err(|error| failed(&path, &error))?;
        // Two uploads that differ only in where a part ends are two uploads.
        self.hasher.update(part.as_bytes());
        let mut size = 0;
        while let Some(bytes) = body.next().await {
            let bytes =
                bytes.map_err(|error| Problem::new(Kind::BadRequest, format!("the body breaks off: {error}")))?;
            size += bytes.len() as u64;
            self.received += bytes.len() as u64;
            let Most { bytes: most, what, option } = self.most;
            if self.received > most {
                let detail = format!("the {what} has more than {most} bytes; raise --{option}");
                return Err(Problem::new(Kind::UploadTooLarge, detail).with(&option.replace('-', "_"), most));
            }
            self.hasher.update(&bytes);
            file.write_all(&bytes).await.map_err(|error| failed(&path, &error))?;
        }
        self.hasher.update(size.to_le_bytes());
        file.sync_all().await.map_err(|error| failed(&path, &error))?;
        Ok(size)
    }

    /// Makes sure that everything stays, whatever happens.
    ///
    /// # Errors
    /// If that cannot be.
    pub async fn finish(self) -> Result<Spooled, Problem> {
        for folder in [self.folder.as_path(), self.folder.parent().unwrap_or(Path::new("."))] {
            let synced = async { File::open(folder).await?.sync_all().await };
            synced.await.map_err(|error| failed(folder, &error))?;
        }
        Ok(Spooled { digest: Digest::finish(self.hasher.clone()), spool: self })
    }
}

impl Spooled {
    /// The id of the job that this is for.
    pub fn id(&self) -> &str {
        &self.spool.id
    }

    /// Where a file lies that was received.
    pub fn path(&self, part: &str) -> PathBuf {
        self.spool.folder.join(part)
    }

    pub(super) fn keep(mut self) {
        self.spool.kept = true;
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if !self.kept {
            let folder = std::mem::take(&mut self.folder);
            tokio::spawn(fs::remove_dir_all(folder));
        }
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Problem {
    let told = "the server cannot keep the upload; its log says why";
    Problem::new(Kind::Internal, told).because(format!("{}: {error}", path.display()))
}
