//! Pictures that show the ranges of values.

use anyhow::{Context, Result, bail};
use maasm_evaluation::data::{DataError, Dataset, Limits};
use maasm_media::{decode, preprocess};
use maasm_plan::Recipe;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// How many pictures are looked at: more tell little more.
const MOST: usize = 128;

/// Labelled data, or a folder of pictures without labels.
pub enum Samples {
    /// The labels are not looked at.
    Labelled(Dataset),
    /// The files of a folder.
    Folder(Vec<PathBuf>),
}

impl Samples {
    /// What there is at this path.
    ///
    /// # Errors
    /// If it is neither, or cannot be read.
    pub fn open(data: &Path) -> Result<Self> {
        match Dataset::open(data, &Limits::default()) {
            Ok(data) => Ok(Self::Labelled(data)),
            Err(DataError::NoClass { .. }) if data.is_dir() => {
                let entries = std::fs::read_dir(data).with_context(|| format!("cannot read {}", data.display()))?;
                let mut files: Vec<_> =
                    entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
                files.sort();
                Ok(Self::Folder(files))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Labelled(data) => data.len(),
            Self::Folder(files) => files.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A sample's name and bytes.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self, index: usize) -> Result<(String, Vec<u8>)> {
        match self {
            Self::Labelled(data) => {
                let name = data.sample(index).to_owned();
                let bytes = data.read(index).map_err(|why| anyhow::anyhow!("{name}: {why}"))?;
                Ok((name, bytes))
            }
            Self::Folder(files) => {
                let name = files[index].display().to_string();
                let bytes = std::fs::read(&files[index]).with_context(|| format!("cannot read {name}"))?;
                Ok((name, bytes))
            }
        }
    }

    /// `sha256:` and the digest of all samples' bytes, in order.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn digest(&self) -> Result<String> {
        let mut all = Sha256::new();
        for index in 0..self.len() {
            all.update(Sha256::digest(self.read(index)?.1));
        }
        let hex: String = all.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("sha256:{hex}"))
    }

    /// Pictures as inputs, in the order that the recipe gives their axes; of many some, evenly spread.
    ///
    /// # Errors
    /// If there is no recipe, or one of them is no picture.
    pub fn inputs(&self, recipe: Option<&Recipe>) -> Result<Vec<Vec<f32>>> {
        let Some(Recipe::Image(recipe)) = recipe else {
            bail!("a model is calibrated with pictures, which takes a recipe: say --preprocess");
        };
        let count = self.len().min(MOST);
        let tensor = |index: usize| -> Result<Vec<f32>> {
            let (name, bytes) = self.read(index * self.len() / count)?;
            let picture = decode(&bytes, &Default::default()).with_context(|| name)?;
            let mut tensor = vec![0.0; recipe.channels.count() * (recipe.width * recipe.height) as usize];
            preprocess(&picture, recipe, recipe.layout, &mut tensor);
            Ok(tensor)
        };
        (0..count).map(tensor).collect()
    }
}
