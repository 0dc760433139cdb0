//! What one instance sees and holds.

use crate::bindings::wasi::nn::errors::ErrorCode;
use crate::fault::Fault;
use std::collections::HashMap;
use std::sync::Arc;
use wasmtime::component::ResourceTable;
use wasmtime_wasi_nn::{Graph, GraphRegistry};

/// The most things that an instance may hold at once: tensors, graphs, contexts, errors.
const MOST_RESOURCES: usize = 4096;

/// The graphs that a component was given, by name.
#[derive(Clone, Default)]
pub struct Graphs(HashMap<String, Graph>);

impl Graphs {
    /// One graph, which is called this.
    pub fn one(name: impl Into<String>, graph: Graph) -> Self {
        Self(HashMap::from([(name.into(), graph)]))
    }
}

impl GraphRegistry for Graphs {
    fn get(&self, name: &str) -> Option<&Graph> {
        self.0.get(name)
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Graph> {
        self.0.get_mut(name)
    }
}

/// What one instance sees and holds.
pub struct Context {
    pub(crate) graphs: Arc<Graphs>,
    pub(crate) table: ResourceTable,
    /// Bytes of tensors that it may hold.
    limit: u64,
    /// Bytes of tensors that it holds.
    held: u64,
    failure: Option<Failure>,
}

/// Something that is no affair of the component's: the host failed it.
pub type Failure = Fault;

impl Context {
    /// A context with these graphs, whose instance may hold so many bytes of tensors.
    pub fn new(graphs: Arc<Graphs>, limit: u64) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(MOST_RESOURCES);
        Self { graphs, table, limit, held: 0, failure: None }
    }

    /// What failed the component last, other than its own arguments; it is told once.
    pub fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    pub(crate) fn note(&mut self, fault: &Fault) {
        if fault.code != ErrorCode::InvalidArgument {
            self.failure = Some(fault.clone());
        }
    }

    /// Counts a tensor of so many bytes that the instance is about to hold.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Fault> {
        let held = self.held.saturating_add(bytes as u64);
        if held > self.limit {
            let message = format!("the instance's tensors take {held} bytes, {} are allowed", self.limit);
            return Err(Fault::new(ErrorCode::TooLarge, message));
        }
        self.held = held;
        Ok(())
    }

    /// Counts a tensor that it holds no longer.
    pub(crate) fn release(&mut self, bytes: usize) {
        self.held = self.held.saturating_sub(bytes as u64);
    }
}
