//! Pictures that show the ranges of values.

use anyhow::{Context, Result, bail};
use maasm_evaluation::data::{DataError, Dataset, Limits};
use maasm_media::{decode, preprocess};
use maasm_plan::Recipe;
use std::path::Path;

/// How many pictures are looked at: more tell little more.
const MOST: usize = 128;

/// Pictures as inputs, in the order that the recipe gives their axes; of many some, evenly spread.
///
/// # Errors
/// If there is no recipe, or there are no pictures.
pub fn samples(data: &Path, recipe: Option<&Recipe>) -> Result<Vec<Vec<f32>>> {
    let Some(Recipe::Image(recipe)) = recipe else {
        bail!("a model is calibrated with pictures, which takes a recipe: say --preprocess");
    };
    let files = Files::open(data)?;
    let count = files.len().min(MOST);
    let tensor = |index: usize| -> Result<Vec<f32>> {
        let (name, bytes) = files.read(index * files.len() / count)?;
        let picture = decode(&bytes, &Default::default()).with_context(|| name)?;
        let mut tensor = vec![0.0; recipe.channels.count() * (recipe.width * recipe.height) as usize];
        preprocess(&picture, recipe, recipe.layout, &mut tensor);
        Ok(tensor)
    };
    (0..count).map(tensor).collect()
}

/// Labelled data, or a folder of pictures without labels.
enum Files {
    Labelled(Dataset),
    Folder(Vec<std::path::PathBuf>),
}

impl Files {
    fn open(data: &Path) -> Result<Self> {
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

    fn len(&self) -> usize {
        match self {
            Self::Labelled(data) => data.len(),
            Self::Folder(files) => files.len(),
        }
    }

    fn read(&self, index: usize) -> Result<(String, Vec<u8>)> {
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
}
