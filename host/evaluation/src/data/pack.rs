//! All of a data set in one archive.

use super::{DataError, Dataset, Truth, digest_of};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use tar::{Builder, Header};

impl Dataset {
    /// Writes a tar archive of all samples and a table of what is true of them. The same samples give the same bytes.
    /// Returns the data set's digest.
    ///
    /// # Errors
    /// If a sample cannot be read, or the archive cannot be written.
    pub fn pack(&self, writer: impl Write) -> Result<String, DataError> {
        let failed = |error| DataError::Read { path: self.name().into(), error };
        let mut archive = Builder::new(writer);
        let (mut table, mut digests) = (Vec::new(), Vec::with_capacity(self.len()));
        for index in 0..self.len() {
            let sample = self.sample(index);
            let bytes = self.read(index).map_err(|reason| failed(io::Error::other(format!("{sample}: {reason}"))))?;
            let file = format!("samples/{index}");
            let line = match self.truth(index) {
                Truth::Class(label) => json!({ "file": file, "name": sample, "label": label }),
                Truth::Numbers(numbers) => json!({ "file": file, "name": sample, "target": numbers }),
            };
            table.extend(line.to_string().into_bytes());
            table.push(b'\n');
            digests.push(Sha256::digest(&bytes).into());
            append(&mut archive, &file, &bytes).map_err(failed)?;
        }
        append(&mut archive, "manifest.jsonl", &table).map_err(failed)?;
        archive.finish().map_err(failed)?;
        let samples = digests.into_iter().enumerate();
        Ok(digest_of(samples.map(|(index, digest)| (self.sample(index), self.truth(index), Some(digest)))))
    }
}

fn append(archive: &mut Builder<impl Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o444);
    archive.append_data(&mut header, name, bytes)
}
