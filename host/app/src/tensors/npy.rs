//! Tensors in NumPy's files: `.npy` in, `.npz` out.

use super::width;
use anyhow::{Context, Result, bail};
use half::f16;
use maasm_engine::{ElementType, Tensor, TensorInfo};
use maasm_graph::{self as graph, Limits};
use npyz::npz::file_name_from_array_name;
use npyz::{AutoSerialize, WriterBuilder};
use std::io::{Seek, Write};
use std::path::Path;
use tract_onnx::pb::tensor_proto::DataType;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Reads one array as the input of this name.
///
/// # Errors
/// If the file cannot be read, is no `.npy` file, or its elements have a type that no tensor has.
pub fn read(name: &str, path: &Path) -> Result<Tensor> {
    let array = graph::array(path, &Limits::default())?;
    tensor(name, array).with_context(|| path.display().to_string())
}

/// Whether these bytes begin as a `.npy` or `.npz` file does.
pub fn is_numpy(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x93NUMPY") || bytes.starts_with(b"PK")
}

/// A model's inputs from the bytes of a `.npz` file, by their names, or of a `.npy` file, where there is only one.
///
/// # Errors
/// If the bytes are neither, or an array has no name and there are several inputs.
pub fn inputs(bytes: &[u8], wanted: &[TensorInfo]) -> Result<Vec<Tensor>> {
    let arrays = graph::arrays(bytes, Limits::default().bytes).map_err(anyhow::Error::msg)?;
    let named = |(name, array): (Option<String>, graph::Array)| match (name, wanted) {
        (Some(name), _) => tensor(&name, array),
        (None, [only]) => tensor(&only.name, array),
        (None, _) => bail!("the model has {} inputs; give them by name, as numpy.savez writes them", wanted.len()),
    };
    arrays.into_iter().map(named).collect()
}

fn tensor(name: &str, array: graph::Array) -> Result<Tensor> {
    let element_type = match array.data_type {
        DataType::Float => ElementType::F32,
        DataType::Float16 => ElementType::F16,
        DataType::Double => ElementType::F64,
        DataType::Int8 => ElementType::I8,
        DataType::Int16 => ElementType::I16,
        DataType::Int32 => ElementType::I32,
        DataType::Int64 => ElementType::I64,
        DataType::Uint8 => ElementType::U8,
        DataType::Uint16 => ElementType::U16,
        DataType::Uint32 => ElementType::U32,
        DataType::Uint64 => ElementType::U64,
        DataType::Bool => ElementType::Boolean,
        other => bail!("no input has elements of type {other:?}"),
    };
    let extent = |&extent: &i64| u32::try_from(extent).with_context(|| format!("{extent} is too long an axis"));
    let shape = array.shape.iter().map(extent).collect::<Result<_>>()?;
    Ok(Tensor { name: name.into(), element_type, shape, data: array.data })
}

/// Writes an archive of all tensors by name, as `numpy.savez` does.
///
/// # Errors
/// If it cannot be written.
pub fn write(tensors: &[Tensor], file: impl Write + Seek) -> Result<()> {
    let mut zip = ZipWriter::new(file);
    for tensor in tensors {
        let options = SimpleFileOptions::default().large_file(tensor.data.len() >= 1 << 31);
        zip.start_file(file_name_from_array_name(&tensor.name), options)?;
        match tensor.element_type {
            ElementType::F32 => array(tensor, f32::from_le_bytes, &mut zip)?,
            ElementType::F16 => array(tensor, f16::from_le_bytes, &mut zip)?,
            ElementType::F64 => array(tensor, f64::from_le_bytes, &mut zip)?,
            ElementType::I8 => array(tensor, i8::from_le_bytes, &mut zip)?,
            ElementType::I16 => array(tensor, i16::from_le_bytes, &mut zip)?,
            ElementType::I32 => array(tensor, i32::from_le_bytes, &mut zip)?,
            ElementType::I64 => array(tensor, i64::from_le_bytes, &mut zip)?,
            ElementType::U8 => array(tensor, u8::from_le_bytes, &mut zip)?,
            ElementType::U16 => array(tensor, u16::from_le_bytes, &mut zip)?,
            ElementType::U32 => array(tensor, u32::from_le_bytes, &mut zip)?,
            ElementType::U64 => array(tensor, u64::from_le_bytes, &mut zip)?,
            ElementType::Boolean => array(tensor, |[byte]: [u8; 1]| byte != 0, &mut zip)?,
        }
    }
    zip.finish()?;
    Ok(())
}

fn array<T: AutoSerialize, const N: usize>(
    tensor: &Tensor,
    read: impl Fn([u8; N]) -> T,
    out: &mut impl Write,
) -> Result<()> {
    debug_assert_eq!(N, width(tensor.element_type));
    let shape: Vec<u64> = tensor.shape.iter().map(|&extent| extent.into()).collect();
    let mut writer = npyz::WriteOptions::new().default_dtype().shape(&shape).writer(out).begin_nd()?;
    writer.extend(tensor.data.as_chunks::<N>().0.iter().map(|&bytes| read(bytes)))?;
    writer.finish()?;
    Ok(())
}
