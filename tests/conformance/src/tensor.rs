//! A tensor as ONNX stores it.

use anyhow::{Context, Result};
use prost::Message;
use std::fs;
use std::path::Path;
use tract_onnx::pb::TensorProto;

/// A tensor's name, type, shape and bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// ONNX's number of its element type.
    pub data_type: i32,
    /// Its extents.
    pub shape: Vec<usize>,
    /// Its elements, little-endian. ONNX packs those of less than eight bits.
    pub bytes: Vec<u8>,
}

impl Tensor {
    /// Reads a file that holds one tensor with its elements in `raw_data`, where the generator puts them.
    ///
    /// # Errors
    /// If it cannot be read or is no tensor.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let proto = TensorProto::decode(&bytes[..]).with_context(|| format!("{} is no tensor", path.display()))?;
        let shape = proto.dims.iter().map(|&extent| usize::try_from(extent)).collect::<Result<_, _>>()?;
        Ok(Self { name: proto.name, data_type: proto.data_type, shape, bytes: proto.raw_data })
    }
}
