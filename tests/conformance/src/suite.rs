//! The list of tests, which ONNX's Python package writes once.

use crate::category::Category;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the tests lie once they are written.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/conformance");
/// What writes them.
const GENERATOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/generate.py");

/// Every test, and where its files lie.
pub struct Suite {
    /// The version of ONNX that the tests are of.
    pub onnx: String,
    /// The tests, by name.
    pub tests: Vec<Test>,
    /// Where they lie.
    pub folder: PathBuf,
}

/// What the list tells about a test.
#[derive(Clone, Debug, Deserialize)]
pub struct Test {
    /// Its name and its folder's.
    pub name: String,
    /// The operator that it is about, with its domain unless that is ONNX's own.
    pub operator: String,
    /// What it is counted with.
    pub category: Category,
    /// The types of the model's inputs, like `float16` or `sequence(float)`.
    pub inputs: Vec<String>,
    /// The types of its outputs.
    pub outputs: Vec<String>,
    /// How far an answer may be off, as a part of what is expected.
    pub relative_tolerance: f64,
    /// How far it may be off besides.
    pub absolute_tolerance: f64,
    /// Why the test could not be written, if it could not.
    pub broken: Option<String>,
}

impl Test {
    /// The types of everything that goes in and comes out.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().chain(&self.outputs).map(String::as_str)
    }
}

#[derive(Deserialize)]
struct Listing {
    onnx: String,
    tests: Vec<Test>,
}

impl Suite {
    /// Writes the tests with this Python, unless the folder holds them already, and reads the list.
    ///
    /// # Errors
    /// If this Python has no `onnx`, or the tests cannot be written or read.
    pub fn generated(python: &Path, folder: &Path) -> Result<Self> {
        let stamp = folder.join("complete");
        let wanted = format!("onnx {}\n{}", version(python)?, fs::read_to_string(GENERATOR)?);
        if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
            if folder.exists() {
                fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
            }
            fs::create_dir_all(folder)?;
            let status = Command::new(python).arg(GENERATOR).arg(folder).status()?;
            if !status.success() {
                bail!("{GENERATOR} failed ({status})");
            }
            fs::write(&stamp, wanted)?;
        }
        Self::read(folder)
    }

    /// Reads the list of tests that lie in a folder.
    ///
    /// # Errors
    /// If there is none or it cannot be read.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("tests.json");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let Listing { onnx, tests } =
            serde_json::from_str(&text).with_context(|| format!("cannot understand {}", path.display()))?;
        Ok(Self { onnx, tests, folder: folder.into() })
    }
}

fn version(python: &Path) -> Result<String> {
    let question = "import importlib.metadata; print(importlib.metadata.version('onnx'))";
    let output = Command::new(python)
        .args(["-c", question])
        .output()
        .with_context(|| format!("cannot start {}", python.display()))?;
    if !output.status.success() {
        bail!("{} has no onnx; `cargo xtask conformance` provides one that has", python.display());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
