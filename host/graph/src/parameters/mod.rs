//! Named arrays from a file: `.safetensors`, `.npz`, or what PyTorch saves.
//!
//! # Layout
//! - `safetensors`, `npz`, `torch`: one format each
//! - `pickle`: the part of Python's pickle that a saved state dict consists of; it calls nothing
//! - `strided`: dense copies of views
//! - `archive`: the members of a zip file within a limit
mod archive;
mod npz;
mod pickle;
pub(super) mod safetensors;
mod strided;
mod torch;

use super::{Error, Limits, file};
use std::collections::BTreeMap;
use std::path::Path;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::prelude::f16;

/// An array: dense, row-major, little-endian.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The type of its elements.
    pub data_type: DataType,
    /// Its extents.
    pub shape: Vec<i64>,
    /// Its elements, one after the other.
    pub data: Vec<u8>,
}

/// The arrays of a file by name.
pub(super) type Parameters = BTreeMap<String, Array>;

/// The arrays in the bytes of a `.npy` or `.npz` file, of at most so many bytes together.
pub(super) fn arrays(bytes: &[u8], limit: u64) -> Result<Vec<(Option<String>, Array)>, String> {
    if bytes.starts_with(b"PK") {
        return Ok(npz::read(bytes, limit)?.into_iter().map(|(name, array)| (Some(name), array)).collect());
    }
    let mut budget = limit;
    Ok(vec![(None, npz::array(bytes, &mut budget)?)])
}

/// Reads a file with one array, as `numpy.save` writes it.
pub(super) fn array(path: &Path, limits: &Limits) -> Result<Array, Error> {
    let bytes = file::read(path, limits.bytes)?;
    npz::array(&bytes, &mut limits.bytes.clone()).map_err(|why| Error::invalid(path, why))
}

/// Reads a parameters file, whose format its first bytes tell. `limit` holds for the file and for the arrays in it.
pub(super) fn read(path: &Path, limits: &Limits) -> Result<(Parameters, Vec<u8>), Error> {
    let bytes = file::read(path, limits.bytes)?;
    let parameters = match bytes.as_slice() {
        bytes @ [b'P', b'K', 3 | 5, ..] => match torch::archive(bytes, limits.bytes) {
            Some(parameters) => parameters,
            None => npz::read(bytes, limits.bytes),
        },
        bytes if bytes.starts_with(&torch::LEGACY_MAGIC) => torch::legacy(bytes, limits.bytes),
        bytes if bytes.get(8) == Some(&b'{') => safetensors::read(bytes),
        _ => Err("is none of the known parameter files: .safetensors, .npz, PyTorch's .pth or .pt".into()),
    };
    Ok((parameters.map_err(|why| Error::invalid(path, why))?, bytes))
}

impl Array {
    /// The data as elements of another type: floats become floats of another width, whole numbers become other whole
    /// numbers where they fit, and floats; everything else must have the type already.
    pub fn converted(&self, wanted: DataType) -> Option<Vec<u8>> {
        use DataType as D;
        let widened: Vec<u8> = match (self.data_type, wanted) {
            (found, wanted) if found == wanted => return Some(self.data.clone()),
            (D::Float16, D::Float) => narrow(&self.data, |bytes| f16::from_le_bytes(bytes).to_f32()),
            (D::Bfloat16, D::Float) => narrow(&self.data, |b| f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16)),
            (D::Double, D::Float) => narrow(&self.data, |bytes| f64::from_le_bytes(bytes) as f32),
            (D::Int64, D::Float) => narrow(&self.data, |bytes| i64::from_le_bytes(bytes) as f32),
            (D::Int64, D::Double) => self.whole().flat_map(|n| (n as f64).to_le_bytes()).collect(),
            (D::Int64, D::Int32) => fitted(self.whole(), i32::to_le_bytes)?,
            (D::Int64, D::Int16) => fitted(self.whole(), i16::to_le_bytes)?,
            (D::Int64, D::Int8) => fitted(self.whole(), i8::to_le_bytes)?,
            (D::Int64, D::Uint64) => fitted(self.whole(), u64::to_le_bytes)?,
            (D::Int64, D::Uint32) => fitted(self.whole(), u32::to_le_bytes)?,
            (D::Int64, D::Uint16) => fitted(self.whole(), u16::to_le_bytes)?,
            (D::Int64, D::Uint8) => fitted(self.whole(), u8::to_le_bytes)?,
            (D::Int64, D::Bool) if self.whole().all(|n| n == 0 || n == 1) => fitted(self.whole(), u8::to_le_bytes)?,
            _ => return None,
        };
        Some(widened)
    }

    /// The elements of an array of 64-bit whole numbers.
    fn whole(&self) -> impl Iterator<Item = i64> + '_ {
        self.data.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes))
    }
}

/// Whole numbers in another width, if all of them fit.
fn fitted<T: TryFrom<i64>, const N: usize>(
    numbers: impl Iterator<Item = i64>,
    to_bytes: impl Fn(T) -> [u8; N],
) -> Option<Vec<u8>> {
    let parts: Option<Vec<[u8; N]>> = numbers.map(|number| T::try_from(number).ok().map(&to_bytes)).collect();
    Some(parts?.into_flattened())
}

fn narrow<const N: usize>(data: &[u8], convert: impl Fn([u8; N]) -> f32) -> Vec<u8> {
    data.as_chunks::<N>().0.iter().flat_map(|&bytes| convert(bytes).to_le_bytes()).collect()
}
