//! Tensors that an ONNX file keeps in files beside it.
//!
//! See "External Data" in <https://github.com/onnx/onnx/blob/main/docs/ExternalData.md>.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path};
use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::DataLocation;

/// Reads external data into `raw_data`.
pub(super) struct Reader<'a> {
    /// The folder that the files must lie in: the model's own.
    pub folder: &'a Path,
    /// How many bytes may still be read.
    pub left: u64,
    /// Takes in everything read.
    pub hash: Sha256,
}

/// The file that a tensor's data are in, as seen from the model's folder, if they are elsewhere.
pub(super) fn location(tensor: &TensorProto) -> Option<&str> {
    is_external(tensor).then(|| entry(tensor, "location")).flatten()
}

fn is_external(tensor: &TensorProto) -> bool {
    tensor.data_location == Some(DataLocation::External as i32)
}

fn entry<'a>(tensor: &'a TensorProto, key: &str) -> Option<&'a str> {
    tensor.external_data.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str())
}

impl Reader<'_> {
    /// Brings a tensor's data into the tensor, if they are elsewhere.
    ///
    /// # Errors
    /// If the file is outside the model's folder, cannot be read or is too short.
    pub fn inline(&mut self, tensor: &mut TensorProto) -> Result<(), String> {
        if !is_external(tensor) {
            return Ok(());
        }
        let entry = |key: &str| entry(tensor, key);
        let location = entry("location").ok_or("its data are in another file which it does not name")?;
        let number = |key: &str| {
            entry(key).map(str::parse::<u64>).transpose().map_err(|_| format!("the {key} of its data is not a number"))
        };
        let (offset, length) = (number("offset")?.unwrap_or(0), number("length")?);
        tensor.raw_data = self.read(location, offset, length)?;
        tensor.data_location = None;
        tensor.external_data.clear();
        Ok(())
    }

    fn read(&mut self, location: &str, offset: u64, length: Option<u64>) -> Result<Vec<u8>, String> {
        let relative = Path::new(location);
        let inside = |path: &Path| path.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
        let outside = || format!("its data are in {location:?}, outside the model's folder; this is refused");
        if !inside(relative) {
            return Err(outside());
        }
        let unreadable =
            |e| format!("its data are in {location:?}, which cannot be read ({e}); put it beside the model");
        let folder = self.folder.canonicalize().map_err(unreadable)?;
        // Links are followed before the check, so that none leads out of the folder.
        let path = folder.join(relative).canonicalize().map_err(unreadable)?;
        if !path.starts_with(&folder) {
            return Err(outside());
        }
        if !path.is_file() {
            return Err(format!("its data are in {location:?}, which is not a file"));
        }
        let mut file = File::open(path).map_err(unreadable)?;
        let available = file.metadata().map_err(unreadable)?.len().checked_sub(offset);
        let length = match (length, available) {
            (None, Some(available)) => available,
            (Some(length), Some(available)) if length <= available => length,
            _ => return Err(format!("its data are in {location:?}, which ends before them; the file is truncated")),
        };
        self.left = self
            .left
            .checked_sub(length)
            .ok_or_else(|| format!("with its data in {location:?} the model exceeds the bytes that it may take"))?;
        let mut bytes = Vec::with_capacity(length as usize);
        file.seek(SeekFrom::Start(offset)).map_err(unreadable)?;
        file.take(length).read_to_end(&mut bytes).map_err(unreadable)?;
        self.hash.update(&bytes);
        Ok(bytes)
    }
}
