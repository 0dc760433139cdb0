//! An ONNX file.

use super::{Error, Limits, Source, Told, check, digest, external, file, tensor, wire};
use prost::Message;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, TensorProto};

/// Reads, decodes and checks.
pub(super) fn read(path: &Path, limits: &Limits) -> Result<Source, Error> {
    let invalid = |why: String| Error::invalid(path, why);
    let bytes = file::read(path, limits.bytes)?;
    let mut model = decode(&bytes, limits).map_err(invalid)?;
    let folder = folder(path);
    let left = limits.bytes - bytes.len() as u64;
    let mut reader = external::Reader { folder, left, hash: Sha256::new_with_prefix(&bytes) };
    drop(bytes);
    if let Some(graph) = &mut model.graph {
        for_each_tensor(graph, &mut |tensor| reader.inline(tensor).and_then(|()| tensor::make_dense(tensor)))
            .map_err(invalid)?;
    }
    check::model(&model).map_err(invalid)?;
    let told = Told::of(&model).map_err(invalid)?;
    Ok(Source { model, digest: digest(reader.hash), unused: Vec::new(), told })
}

/// The files beside a model that it keeps tensors in; none of a file that cannot be read, which reading it will tell.
pub(super) fn beside(path: &Path, limits: &Limits) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    let model = file::read(path, limits.bytes).ok().and_then(|bytes| decode(&bytes, limits).ok());
    if let Some(mut graph) = model.and_then(|model| model.graph) {
        let mut note = |tensor: &mut TensorProto| {
            files.extend(external::location(tensor).map(|location| folder(path).join(location)));
            Ok(())
        };
        let _ = for_each_tensor(&mut graph, &mut note);
    }
    files
}

/// The folder that a file lies in.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn decode(bytes: &[u8], limits: &Limits) -> Result<ModelProto, String> {
    let not_onnx = || format!("is not an ONNX file{}; give a model exported as .onnx", likeness(bytes));
    match wire::cost(bytes) {
        Ok(cost) if cost > limits.bytes.saturating_mul(2) => {
            return Err(format!(
                "would take {cost} bytes in memory, more than a model may; it is corrupt or made to harm"
            ));
        }
        Ok(_) => (),
        Err(_) if !likeness(bytes).is_empty() => return Err(not_onnx()),
        Err(wire::Problem::Truncated { claimed, left }) => {
            return Err(format!(
                "is truncated or not an ONNX file: a part says that it has {claimed} bytes and {left} are left; \
                 export or download it again"
            ));
        }
        Err(wire::Problem::TooDeep) => return Err("has graphs nested too deeply to be a model".into()),
        Err(wire::Problem::NotProtobuf) => return Err(not_onnx()),
    }
    let model = ModelProto::decode(bytes)
        .map_err(|error| format!("is corrupt or not an ONNX file ({error}); export or download it again"))?;
    if model.graph.is_none() {
        return Err(if likeness(bytes).is_empty() {
            "has no graph; export the model again".into()
        } else {
            not_onnx()
        });
    }
    Ok(model)
}

/// What a file looks like that is not ONNX.
fn likeness(bytes: &[u8]) -> &'static str {
    let start = &bytes[..bytes.len().min(512)];
    let text = start.trim_ascii_start();
    let printable = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..);
    match start {
        _ if text.starts_with(b"version https://git-lfs") => " but a Git LFS pointer to one (run `git lfs pull`)",
        _ if text.starts_with(b"<") => " but an HTML or XML page",
        [b'P', b'K', 3, 4, ..] => " but a zip archive, maybe PyTorch's or NumPy's parameters (see --params)",
        [0x80, 2..=5, ..] => " but a pickle, maybe PyTorch's parameters (see --params)",
        [0x89, b'H', b'D', b'F', ..] => " but HDF5, maybe a Keras model",
        [_, _, _, _, b'T', b'F', b'L', b'3', ..] => " but TensorFlow Lite",
        [0, b'a', b's', b'm', ..] => " but WebAssembly",
        _ if start.iter().all(printable) => " but text",
        _ => "",
    }
}

/// Visits every tensor of a graph and of the graphs inside it.
fn for_each_tensor(
    graph: &mut GraphProto,
    visit: &mut dyn FnMut(&mut TensorProto) -> Result<(), String>,
) -> Result<(), String> {
    for tensor in &mut graph.initializer {
        visit(tensor).map_err(|why| format!("initialiser {:?}: {why}", tensor.name))?;
    }
    for node in &mut graph.node {
        for attribute in &mut node.attribute {
            let AttributeProto { name, t, tensors, g, graphs, .. } = attribute;
            for tensor in t.iter_mut().chain(tensors) {
                visit(tensor).map_err(|why| format!("node {:?}, attribute {name:?}: {why}", node.name))?;
            }
            g.iter_mut().chain(graphs).try_for_each(|graph| for_each_tensor(graph, visit))?;
        }
    }
    Ok(())
}
