//! Samples with the truth about them: a folder for each class, or a table that says of each file what is true of it; or a
//! tar archive (also compressed by gzip) or a zip archive of either.
//!
//! # Layout
//! - `tree`: files by name, wherever they are; `folder`, `tar`, `zip`: where they come from
//! - `table`: CSV, TSV and JSON lines; `classes`: a folder for each class
//! - `pack`: all of it in one archive
//! - `digest`: what tells two data sets apart
//! - `error`: everything that can be wrong

mod classes;
mod digest;
mod error;
mod folder;
mod pack;
mod table;
mod tar;
mod tree;
mod zip;

pub(crate) use digest::hex;
pub use digest::{Fingerprint, of as digest_of};
pub use error::DataError;
pub use maasm_protocol::labels::Labels;
pub use tree::Limits;

use crate::report::Task;
use std::collections::HashMap;
use std::path::Path;
use tree::{Place, Tree};

/// What is true of a sample, as the data says it.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// The class that it belongs to, by one of its names or by its index in decimal digits.
    Class(String),
    /// The numbers that a model should give.
    Numbers(Vec<f64>),
}

/// Samples with the truth about them, ordered by name. Names and truths are in memory, the samples' bytes stay where they
/// are.
#[derive(Debug)]
pub struct Dataset {
    name: String,
    task: Task,
    samples: Vec<Sample>,
    tree: Tree,
}

#[derive(Debug)]
struct Sample {
    name: String,
    truth: Truth,
    /// Where its bytes are; none if there is no such file.
    place: Option<Place>,
}

impl Dataset {
    /// The data in a folder, a table or an archive.
    ///
    /// # Errors
    /// If it is none of these, cannot be read, passes a limit, or does not say what is true of its samples.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, DataError> {
        let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = file_name.unwrap_or_else(|| path.to_string_lossy().into_owned());
        if path.is_dir() {
            return Self::of_tree(name, folder::read(path, limits)?);
        }
        if table::Form::of(&name).is_some() {
            let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
            let rows = table::read(&tree::file(path, limits)?, &name)?;
            return Self::of_rows(name, rows, Tree::outside(folder.to_owned(), limits));
        }
        Self::of_archive(name, path, limits)
    }

    /// The data in an archive, whatever its file is called.
    ///
    /// # Errors
    /// As [`Dataset::open`].
    pub fn of_archive(name: String, path: &Path, limits: &Limits) -> Result<Self, DataError> {
        let tree = match tree::kind(path)? {
            tree::Archive::Zip => zip::read(path, limits)?,
            tree::Archive::Tar => tar::read(path, limits)?,
            tree::Archive::Gzip => tar::read_gzip(path, limits)?,
        };
        Self::of_tree(name, tree)
    }

    fn of_tree(name: String, tree: Tree) -> Result<Self, DataError> {
        match tree.table()? {
            Some((table, bytes)) => {
                let mut rows = table::read(&bytes, &table)?;
                // Files are named as seen from the table.
                if let Some((folder, _)) = table.rsplit_once('/') {
                    rows.iter_mut().for_each(|row| row.file = format!("{folder}/{}", row.file));
                }
                Self::of_rows(name, rows, tree)
            }
            None => Self::of_rows(name, classes::read(&tree)?, tree),
        }
    }

    fn of_rows(name: String, rows: Vec<table::Row>, tree: Tree) -> Result<Self, DataError> {
        let task = match rows.first() {
            None => return Err(DataError::Empty { data: name }),
            Some(row) => task(&row.truth),
        };
        if let Some(other) = rows.iter().find(|row| task_and_length(&row.truth) != task_and_length(&rows[0].truth)) {
            return Err(DataError::Mixed { sample: other.name.clone() });
        }
        let mut samples: Vec<Sample> = rows
            .into_iter()
            .map(|row| Sample { place: tree.find(&row.file), name: row.name, truth: row.truth })
            .collect();
        samples.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some([twice, _]) = samples.array_windows().find(|[a, b]| a.name == b.name) {
            return Err(DataError::Twice { sample: twice.name.clone() });
        }
        Ok(Self { name, task, samples, tree })
    }

    /// What it is called: the name of its file or folder, unless it was given another.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Calls it something else.
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Leaves out the samples that are not wanted, each known by its index among those that there are.
    ///
    /// # Errors
    /// If none is left.
    pub fn only(mut self, wanted: impl Fn(usize) -> bool) -> Result<Self, DataError> {
        let mut index = 0;
        self.samples.retain(|_| {
            index += 1;
            wanted(index - 1)
        });
        match self.samples.is_empty() {
            true => Err(DataError::Empty { data: self.name }),
            false => Ok(self),
        }
    }

    /// Every other sample: from the first on (0) or from the second on (1). Samples are ordered by name, so of classes in
    /// folders both halves have alike many.
    ///
    /// # Errors
    /// If there are none.
    pub fn half(self, which: usize) -> Result<Self, DataError> {
        self.only(|index| index % 2 == which)
    }

    /// What the truth is about.
    pub fn task(&self) -> Task {
        self.task
    }

    /// How many samples there are; at least one.
    #[expect(clippy::len_without_is_empty, reason = "it never is")]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// A sample's name.
    pub fn sample(&self, index: usize) -> &str {
        &self.samples[index].name
    }

    /// What is true of a sample.
    pub fn truth(&self, index: usize) -> &Truth {
        &self.samples[index].truth
    }

    /// A sample's bytes. From any thread.
    ///
    /// # Errors
    /// Why they cannot be had, in a sentence.
    pub fn read(&self, index: usize) -> Result<Vec<u8>, String> {
        match &self.samples[index].place {
            Some(place) => self.tree.read(place),
            None => Err("there is no such file".into()),
        }
    }

    /// The files that samples are in, if they are files of their own.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.samples.iter().filter_map(|sample| match &sample.place {
            Some(Place::File { path, .. }) => Some(path.as_path()),
            _ => None,
        })
    }

    /// What tells whether the samples have changed without reading them: their names, truths, sizes and times of last
    /// change.
    pub fn fingerprint(&self) -> Fingerprint {
        let place = |sample: &Sample| sample.place.as_ref().map(Place::stamp);
        digest::fingerprint(self.samples.iter().map(|sample| (sample.name.as_str(), &sample.truth, place(sample))))
    }

    /// The index of each sample's class.
    ///
    /// # Errors
    /// If the model has no class, or several, that a label means.
    pub fn classes(&self, labels: &Labels) -> Result<Vec<u32>, DataError> {
        let mut known = HashMap::new();
        let class = |sample: &Sample| {
            let label = match &sample.truth {
                Truth::Class(label) => label.clone(),
                Truth::Numbers(_) => return Err(DataError::Mixed { sample: sample.name.clone() }),
            };
            if let Some(&index) = known.get(&label) {
                return Ok(index);
            }
            let index = labels.find(&label).map_err(|why| DataError::Label { sample: sample.name.clone(), why })?;
            known.insert(label, index);
            Ok(index)
        };
        self.samples.iter().map(class).collect()
    }
}

fn task(truth: &Truth) -> Task {
    match truth {
        Truth::Class(_) => Task::Classification,
        Truth::Numbers(_) => Task::Regression,
    }
}

fn task_and_length(truth: &Truth) -> (Task, usize) {
    match truth {
        Truth::Class(_) => (Task::Classification, 1),
        Truth::Numbers(numbers) => (Task::Regression, numbers.len()),
    }
}
