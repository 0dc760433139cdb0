//! One component, byte for byte the same file, in hosts by many hands: whether they agree, and how fast they are.
//!
//! # Layout
//! - `programs`: other people's hosts as programs, and which versions they are
//! - `served`: hosts that are asked over HTTP; `embedded`: programs with the model inside; `command`: one run for each answer
//! - `compare`: all of them, side by side; `table`: what came of it

mod command;
mod compare;
mod embedded;
mod programs;
mod served;
mod table;

pub use compare::{Compared, Settings, Sort, hosts, run};
pub use programs::{file, jco, output, python_with_wasmtime, transpile, wabt, wash, wasmtime};
pub use served::{Served, wash_dev};
pub use table::markdown;

use anyhow::Result;

/// A host that can run the component.
pub struct Host {
    /// What it is called.
    pub name: &'static str,
    /// Which version it is.
    pub version: String,
    /// How it is asked.
    pub sort: Sort,
    start: Box<dyn Fn() -> Result<Box<dyn Running>>>,
}

impl Host {
    /// Starts it.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(&self) -> Result<Box<dyn Running>> {
        (self.start)()
    }
}

/// A host that was started; ended when dropped.
pub trait Running {
    /// The values of the model's first output for the picture.
    ///
    /// # Errors
    /// If it does not answer, or answers something else.
    fn infer(&mut self) -> Result<Vec<f32>>;
}

/// The f32 in a list of bytes.
fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().expect("four bytes"))).collect()
}
