//! Wasmtime, set up for short-lived instances, and the ticker behind deadlines.

use super::{EngineError, EngineOptions};
use std::thread;
use std::time::Duration;
use wasmtime::{Config, Enabled, Engine, PoolingAllocationConfig};

/// How often deadlines are looked at.
const TICK: Duration = Duration::from_millis(10);

/// How much of what an instance wrote is cleared in place for the next one, in bytes; what is beyond goes back to the
/// operating system and costs page faults. Arenas are well below this.
const KEEP_RESIDENT: usize = 128 << 20;

/// The most that a 32-bit memory can have.
const MAX_MEMORY: usize = 4 << 30;

/// Elements of a component's function table.
pub(super) const MAX_TABLE_ELEMENTS: usize = 20_000;

/// Sets wasmtime up.
pub(super) fn engine(options: &EngineOptions) -> Result<Engine, EngineError> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    config.allocation_strategy(pool(options));
    // Weights are always mapped, never copied, however sparse they are.
    config.memory_guaranteed_dense_image_size(MAX_MEMORY as u64);
    config.wasm_memory64(false);
    config.wasm_multi_memory(false);
    // Nobody reads the backtrace of a stripped module.
    config.wasm_backtrace_max_frames(None);
    config.generate_address_map(false);
    let engine = Engine::new(&config).map_err(|error| EngineError(format!("{error:#}")))?;
    tick(&engine)?;
    Ok(engine)
}

/// One place for each call, and one to ask a new model who it is.
fn pool(options: &EngineOptions) -> PoolingAllocationConfig {
    let places = options.max_concurrent.saturating_add(1);
    // A component that this packager makes has one module. Others' may be put together of a few.
    let modules = 8;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(places);
    pool.total_core_instances(places.saturating_mul(modules));
    pool.max_core_instances_per_component(modules);
    pool.total_memories(places);
    pool.max_memories_per_component(1);
    pool.max_memories_per_module(1);
    pool.max_memory_size(MAX_MEMORY);
    pool.total_tables(places.saturating_mul(modules));
    pool.max_tables_per_component(modules);
    pool.max_tables_per_module(1);
    pool.table_elements(MAX_TABLE_ELEMENTS);
    pool.max_unused_warm_slots(places);
    // Only where the kernel can say which pages were written: weights are then left alone, and mapped for good.
    // Elsewhere clearing in place would mean copying all weights.
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.pagemap_scan(Enabled::Yes);
        pool.linear_memory_keep_resident(KEEP_RESIDENT);
        pool.table_keep_resident(MAX_TABLE_ELEMENTS * size_of::<usize>());
    }
    pool
}

/// Starts the thread that advances the engine's epoch; it ends with the engine.
fn tick(engine: &Engine) -> Result<(), EngineError> {
    let engine = engine.weak();
    let ticker = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    let spawned = thread::Builder::new().name("deadlines".into()).spawn(ticker);
    spawned.map(drop).map_err(|error| EngineError(format!("no thread for deadlines: {error}")))
}

/// A deadline in ticks, never short of it.
pub(super) fn ticks(deadline: Duration) -> u64 {
    u64::try_from(deadline.as_nanos().div_ceil(TICK.as_nanos())).map_or(u64::MAX >> 1, |n| n.min(u64::MAX >> 1) + 1)
}
