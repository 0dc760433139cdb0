//! What `torch.save(model.state_dict(), …)` writes, before PyTorch 1.6 (a row of pickles) and since (a zip file).
//!
//! The layouts are those of `_legacy_save` and `_save` in PyTorch's `torch/serialization.py`.

use super::archive::Archive;
use super::pickle::{Id, Object, Pickle};
use super::strided::View;
use super::{Array, Parameters};
use std::collections::HashMap;
use tract_onnx::pb::tensor_proto::DataType;

/// How an old file begins: a pickle of the number 0x1950a86a20f9469cfc6c.
pub(super) const LEGACY_MAGIC: [u8; 15] =
    [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, b'.'];
/// The only version of the old layout that there has been.
const LEGACY_VERSION: i64 = 1001;

/// The element type of a storage class, and its bytes.
pub(super) fn element_type(class: &str) -> Option<(DataType, usize)> {
    Some(match class {
        "FloatStorage" => (DataType::Float, 4),
        "DoubleStorage" => (DataType::Double, 8),
        "HalfStorage" => (DataType::Float16, 2),
        "BFloat16Storage" => (DataType::Bfloat16, 2),
        "LongStorage" => (DataType::Int64, 8),
        "IntStorage" => (DataType::Int32, 4),
        "ShortStorage" => (DataType::Int16, 2),
        "CharStorage" => (DataType::Int8, 1),
        "ByteStorage" => (DataType::Uint8, 1),
        "BoolStorage" => (DataType::Bool, 1),
        _ => return None,
    })
}

/// Reads a file of the old layout: magic number, version, system, object, keys of storages, then each storage.
pub(super) fn legacy(bytes: &[u8], limit: u64) -> Result<Parameters, String> {
    let mut rest = bytes.get(LEGACY_MAGIC.len()..).unwrap_or_default();
    let version = Pickle::read(&mut rest)?;
    if version.int(version.root) != Some(LEGACY_VERSION) {
        return Err(format!("is not of PyTorch's layout {LEGACY_VERSION}; save it again with a current PyTorch"));
    }
    let system = Pickle::read(&mut rest)?;
    if system.get(system.root, "little_endian").map(|id| system.object(id)) == Some(&Object::Bool(false)) {
        return Err("was saved on a big-endian machine, which is not supported".into());
    }
    let state = Pickle::read(&mut rest)?;
    let tensors = tensors(&state)?;
    let widths: HashMap<&str, usize> = tensors.iter().map(|tensor| (tensor.storage, tensor.width)).collect();
    let keys = Pickle::read(&mut rest)?;
    let damaged = || String::from("its list of storages is damaged");
    let mut storages: HashMap<String, &[u8]> = HashMap::new();
    for &key in keys.members(keys.root).ok_or_else(damaged)? {
        let key = keys.text(key).ok_or_else(damaged)?;
        let width = *widths.get(key).ok_or_else(|| format!("its storage {key:?} belongs to no parameter"))?;
        let (count, after) = rest.split_first_chunk::<8>().ok_or("is truncated; download it again")?;
        let len = usize::try_from(u64::from_le_bytes(*count)).ok().and_then(|count| count.checked_mul(width));
        let (storage, after) =
            len.and_then(|len| after.split_at_checked(len)).ok_or("is truncated; download it again")?;
        storages.insert(key.into(), storage);
        rest = after;
    }
    assemble(&tensors, limit, |key| storages.get(key).copied())
}

/// Reads a file of the new layout, `…/data.pkl` and `…/data/KEY` in a zip file; `None` if it is another zip file.
pub(super) fn archive(bytes: &[u8], limit: u64) -> Option<Result<Parameters, String>> {
    let mut archive = match Archive::open(bytes, limit) {
        Ok(archive) => archive,
        Err(why) => return Some(Err(why)),
    };
    let names = archive.names();
    let folder = names.iter().find_map(|name| name.strip_suffix("data.pkl"))?.to_string();
    Some(members(&mut archive, &folder, &names, limit))
}

fn members(archive: &mut Archive, folder: &str, names: &[String], limit: u64) -> Result<Parameters, String> {
    let order = format!("{folder}byteorder");
    if names.contains(&order) && archive.read(&order)?.trim_ascii() != b"little" {
        return Err("was saved on a big-endian machine, which is not supported".into());
    }
    let pickle = archive.read(&format!("{folder}data.pkl"))?;
    let state = Pickle::read(&mut pickle.as_slice())?;
    let tensors = tensors(&state)?;
    let mut storages = HashMap::new();
    for tensor in &tensors {
        if !storages.contains_key(tensor.storage) {
            storages.insert(tensor.storage, archive.read(&format!("{folder}data/{}", tensor.storage))?);
        }
    }
    assemble(&tensors, limit, |key| storages.get(key).map(Vec::as_slice))
}

/// A tensor as the pickle describes it.
struct Tensor<'a> {
    name: &'a str,
    storage: &'a str,
    data_type: DataType,
    width: usize,
    offset: u64,
    shape: Vec<i64>,
    strides: Vec<i64>,
}

/// The tensors of a state dict, which may be an entry of a larger checkpoint.
fn tensors(state: &Pickle) -> Result<Vec<Tensor<'_>>, String> {
    let root = ["state_dict", "model_state_dict", "model"]
        .into_iter()
        .find_map(|key| state.get(state.root, key).filter(|&id| state.entries(id).is_some()))
        .unwrap_or(state.root);
    let entries = state.entries(root).ok_or("holds no state dict; save `model.state_dict()`")?;
    let mut tensors = Vec::new();
    for &(key, value) in entries {
        if let (Some(name), Object::Tensor(arguments)) = (state.text(key), state.object(value)) {
            let tensor = tensor(state, name, *arguments);
            tensors.push(tensor.ok_or_else(|| format!("parameter {name:?} is described in a way that is not known"))?);
        }
    }
    if tensors.is_empty() { Err("holds no parameters; save `model.state_dict()`".into()) } else { Ok(tensors) }
}

/// The arguments of `_rebuild_tensor_v2`: storage, offset, size, strides, and what does not matter here. The storage
/// is named by `("storage", class, key, device, elements, …)`.
fn tensor<'a>(state: &'a Pickle, name: &'a str, arguments: Id) -> Option<Tensor<'a>> {
    let [storage, offset, size, strides, ..] = *state.members(arguments)? else { return None };
    let Object::Storage(storage) = *state.object(storage) else { return None };
    let [kind, class, key, _device, _elements, ref view @ ..] = *state.members(storage)? else { return None };
    // Very old files hold views of storages.
    let whole = view.iter().all(|&id| *state.object(id) == Object::Other);
    let Object::Global(_, class) = state.object(class) else { return None };
    let (data_type, width) = element_type(class)?;
    (whole && state.text(kind)? == "storage").then_some(())?;
    Some(Tensor {
        name,
        storage: state.text(key)?,
        data_type,
        width,
        offset: state.int(offset)?.try_into().ok()?,
        shape: state.ints(size)?,
        strides: state.ints(strides)?,
    })
}

fn assemble<'a>(
    tensors: &[Tensor],
    limit: u64,
    storage: impl Fn(&str) -> Option<&'a [u8]>,
) -> Result<Parameters, String> {
    let mut budget = limit;
    let mut parameters = Parameters::new();
    for tensor in tensors {
        let Tensor { name, data_type, width, offset, ref shape, ref strides, .. } = *tensor;
        let storage = storage(tensor.storage).ok_or_else(|| format!("parameter {name:?}: its storage is missing"))?;
        let view = View { storage, width, offset, shape, strides };
        let data = view.dense(&mut budget).map_err(|why| format!("parameter {name:?}: {why}"))?;
        parameters.insert(name.into(), Array { data_type, shape: shape.clone(), data });
    }
    Ok(parameters)
}
