//! One test's model, inputs and expected outputs.

use crate::suite::{Suite, Test};
use crate::tensor::Tensor;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// A test with its files.
pub struct Case<'a> {
    /// What the list tells about it.
    pub test: &'a Test,
    /// The model's file.
    pub model: PathBuf,
    /// What goes in, in the order of the model's inputs.
    pub inputs: Vec<Tensor>,
    /// What should come out.
    pub expected: Vec<Tensor>,
}

impl<'a> Case<'a> {
    /// Reads the files of a test whose inputs and outputs are all tensors.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub fn read(suite: &Suite, test: &'a Test) -> Result<Self> {
        let folder = suite.folder.join(&test.name);
        let data = folder.join("test_data_set_0");
        Ok(Self {
            test,
            model: folder.join("model.onnx"),
            inputs: tensors(&data, "input", test.inputs.len())?,
            expected: tensors(&data, "output", test.outputs.len())?,
        })
    }
}

fn tensors(folder: &Path, kind: &str, count: usize) -> Result<Vec<Tensor>> {
    (0..count).map(|index| Tensor::read(&folder.join(format!("{kind}_{index}.pb")))).collect()
}
