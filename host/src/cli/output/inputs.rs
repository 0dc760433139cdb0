//! What a command reads.

use super::{Identity, identity};
use crate::cli::config;
use maasm_evaluation::data::{self, Dataset};
use maasm_graph::{self as graph, Limits};
use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What a command reads. Nothing is looked at until an output is there already.
#[derive(Debug, Default)]
pub struct Inputs {
    files: Vec<PathBuf>,
    models: Vec<PathBuf>,
    data: Vec<PathBuf>,
}

impl Inputs {
    /// With these files.
    pub fn files<P: AsRef<Path>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.files.extend(paths.into_iter().map(|path| path.as_ref().to_owned()));
        self
    }

    /// With these models, and the files beside them that ONNX files keep tensors in.
    pub fn models<P: AsRef<Path>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.models.extend(paths.into_iter().map(|path| path.as_ref().to_owned()));
        self
    }

    /// With this data: folders with everything in them, archives, tables and the files that they name. Names of data sets
    /// are no files, and left alone.
    pub fn data<P: AsRef<Path>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.data.extend(paths.into_iter().map(|path| path.as_ref().to_owned()));
        self
    }

    /// The input that this file is, if it is one.
    pub(super) fn find(&self, file: Identity) -> Option<PathBuf> {
        let is = |path: &Path| identity(path) == Some(file);
        let settings = config::file(&std::env::args_os().collect::<Vec<_>>()).ok().flatten();
        let named = settings.iter().chain(&self.files).chain(&self.models).chain(&self.data);
        if let Some(path) = named.into_iter().find(|path| is(path)) {
            return Some(path.clone());
        }
        let beside = self.models.iter().flat_map(|model| graph::files_beside(model, &Limits::default()));
        let in_data = || self.data.iter().find_map(|data| find_in_data(data, &is));
        beside.into_iter().find(|path| is(path)).or_else(in_data)
    }
}

fn find_in_data(data: &Path, is: &impl Fn(&Path) -> bool) -> Option<PathBuf> {
    if data.is_dir() {
        return find_below(data, is, &mut HashSet::new());
    }
    let set = data.exists().then(|| Dataset::open(data, &data::Limits::default()).ok()).flatten()?;
    set.files().find(|path| is(path)).map(Path::to_owned)
}

/// Looks through a folder; links are followed, each folder once.
fn find_below(folder: &Path, is: &impl Fn(&Path) -> bool, seen: &mut HashSet<Identity>) -> Option<PathBuf> {
    let metadata = fs::metadata(folder).ok()?;
    if !seen.insert((metadata.dev(), metadata.ino())) {
        return None;
    }
    fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
        let path = entry.path();
        match path.is_dir() {
            true => find_below(&path, is, seen),
            false => is(&path).then_some(path),
        }
    })
}
