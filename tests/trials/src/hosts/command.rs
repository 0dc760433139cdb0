//! `wasmtime run --invoke`: one run of the program for each answer.

use super::programs::output;
use super::{Running, floats};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

/// What is run.
pub struct Invocation {
    wasmtime: PathBuf,
    component: PathBuf,
    call: String,
}

impl Invocation {
    /// The call with this picture. Linux takes 128 KiB for one argument: about 30 KB of a picture.
    pub fn new(wasmtime: PathBuf, component: PathBuf, picture: &[u8]) -> Self {
        Self { wasmtime, component, call: format!("infer-media({picture:?})") }
    }
}

impl Running for Invocation {
    /// Reads a value as WAVE writes it: `ok([{name: "scores", …, data: [0, 0, 128, 63]}])`.
    fn infer(&mut self) -> Result<Vec<f32>> {
        let answer = output(Command::new(&self.wasmtime).args(["run", "--invoke", &self.call]).arg(&self.component))?;
        let data = answer.split_once("data: [").and_then(|(_, rest)| rest.split_once(']'));
        let (data, _) = data.with_context(|| format!("it answers {answer}"))?;
        let bytes: Vec<u8> = data.split(", ").map(str::parse).collect::<Result<_, _>>()?;
        Ok(floats(&bytes))
    }
}
