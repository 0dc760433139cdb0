//! What an instance may take, and how many there may be.

use super::runtime::MAX_TABLE_ELEMENTS;
use maasm_nn::Graphs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use wasmtime::ResourceLimiter;

/// The memory of one instance, and what it reaches beyond it.
pub(super) struct Limits {
    /// Whether the instance stands and runs calls.
    pub started: bool,
    /// What it may start with, in bytes.
    pub initial_limit: u64,
    /// What it may ask for afterwards, in bytes.
    pub growth_limit: u64,
    /// What it has, in bytes: what it started with, or what it has asked for since.
    used: u64,
    /// The first demand that was refused, in bytes.
    pub refused: Option<u64>,
    /// What it sees of wasi-nn, if the host computes for it.
    pub nn: Option<maasm_nn::Context>,
}

impl Limits {
    /// For an instance that is about to be made.
    pub fn new(initial_limit: u64, growth_limit: u64) -> Self {
        Self { started: false, initial_limit, growth_limit, used: 0, refused: None, nn: None }
    }

    /// The same, for an instance for which the host computes with these graphs.
    pub fn with_graphs(self, graphs: &Arc<Graphs>) -> Self {
        // Tensors in the host's memory are like memory that it has asked for.
        Self { nn: Some(maasm_nn::Context::new(graphs.clone(), self.growth_limit)), ..self }
    }

    /// From now on the instance runs calls.
    pub fn start(&mut self) {
        self.started = true;
        self.used = 0;
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let limit = if self.started { self.growth_limit } else { self.initial_limit };
        let asked = self.used.saturating_add((desired - current) as u64);
        if asked > limit {
            self.refused.get_or_insert(asked);
            return Ok(false);
        }
        self.used = asked;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= MAX_TABLE_ELEMENTS)
    }
}

/// The places for calls.
#[derive(Clone)]
pub(super) struct Places {
    free: Arc<AtomicU32>,
}

impl Places {
    pub fn new(count: u32) -> Self {
        Self { free: Arc::new(AtomicU32::new(count)) }
    }

    /// Takes a place if one is free.
    pub fn take(&self) -> Option<Place> {
        self.free.fetch_update(Ordering::Acquire, Ordering::Relaxed, |free| free.checked_sub(1)).ok()?;
        Some(Place { free: self.free.clone() })
    }
}

/// A place for a call, free again when dropped.
pub(super) struct Place {
    free: Arc<AtomicU32>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.free.fetch_add(1, Ordering::Release);
    }
}
