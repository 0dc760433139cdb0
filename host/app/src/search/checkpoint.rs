//! What was tried, in a file: one JSON object a line, the version's own figures first.

use maasm_component::Recipe;
use maasm_registry as registry;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A candidate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tried {
    /// How it is made.
    pub recipe: Recipe,
    /// None if it could not be made.
    pub figures: Option<Figures>,
}

/// What a candidate costs, and how good it is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Figures {
    /// Bytes of the component.
    pub size: u64,
    /// How long an inference takes, as a share of the version's own time.
    pub time: f64,
    /// The share of samples that it is right about.
    pub accuracy: f64,
}

/// The file.
pub struct Checkpoint {
    path: PathBuf,
    file: File,
    /// The figures of the version itself, once they are known.
    pub own: Option<Figures>,
    /// What was tried before.
    pub tried: Vec<Tried>,
}

impl Checkpoint {
    /// Reads what there is; a line that a process did not finish is left out.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn open(path: &Path) -> Result<Self, registry::Error> {
        let failed = || registry::Error::file(path);
        let text = if path.exists() { fs::read_to_string(path).map_err(failed())? } else { String::new() };
        let mut lines = text.lines();
        let own = lines.next().and_then(|line| serde_json::from_str(line).ok());
        let tried: Vec<Tried> = lines.map_while(|line| serde_json::from_str(line).ok()).collect();
        let file = OpenOptions::new().create(true).truncate(true).write(true).open(path).map_err(failed())?;
        let mut checkpoint = Self { path: path.to_owned(), file, own: None, tried: Vec::new() };
        if let Some(own) = own {
            checkpoint.begin(own)?;
            for one in &tried {
                checkpoint.write(one)?;
            }
            checkpoint.tried = tried;
        }
        Ok(checkpoint)
    }

    /// Writes down the figures of the version itself.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn begin(&mut self, own: Figures) -> Result<Figures, registry::Error> {
        self.write(&own)?;
        self.own = Some(own);
        Ok(own)
    }

    /// Writes down a candidate.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, one: Tried) -> Result<Tried, registry::Error> {
        self.write(&one)?;
        Ok(one)
    }

    /// Removes the file: the search has ended.
    pub fn remove(self) {
        let _ = fs::remove_file(self.path);
    }

    fn write(&mut self, line: &impl Serialize) -> Result<(), registry::Error> {
        let line = serde_json::to_string(line)? + "\n";
        self.file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(registry::Error::file(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_goes_on_after_the_last_whole_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("search");
        let own = Figures { size: 9, time: 1.0, accuracy: 0.5 };
        let mut checkpoint = Checkpoint::open(&path).unwrap();
        checkpoint.begin(own).unwrap();
        for keep_float in [1, 2] {
            let recipe = Recipe { keep_float: Some(keep_float), ..Recipe::default() };
            checkpoint.add(Tried { recipe, figures: Some(own) }).unwrap();
        }
        drop(checkpoint);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 5]).unwrap();
        let checkpoint = Checkpoint::open(&path).unwrap();
        assert_eq!((checkpoint.own.unwrap().size, checkpoint.tried.len()), (9, 1));
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
        checkpoint.remove();
        assert!(!path.exists());
    }
}
