//! The runtime in WebAssembly. The component template would have to be packaged and compiled for every test, so a
//! module that takes plans after it is compiled stands in for it; the runtime in it is the same.

use super::native;
use crate::case::Case;
use crate::tensor::Tensor;
use anyhow::anyhow;
use maasm_compile::Compiled;
use maasm_plan::{Card, Package};
use std::path::Path;
use wasmtime::{Engine, Instance, InstancePre, Linker, Memory, Module, Store, WasmParams, WasmResults};

const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/guest/self-check-relaxed.wasm");

/// The compiled module.
pub struct Wasm {
    module: InstancePre<()>,
}

impl Wasm {
    /// Compiles the module.
    ///
    /// # Errors
    /// If it is missing or broken.
    pub fn start() -> anyhow::Result<Self> {
        let engine = Engine::default();
        let module = Module::from_file(&engine, Path::new(MODULE))
            .and_then(|module| Linker::new(&engine).instantiate_pre(&module))
            .map_err(|error| anyhow!("{MODULE} cannot be used; `cargo xtask conformance` makes it ({error:#})"))?;
        Ok(Self { module })
    }

    /// What the plan gives on a fresh instance, or why it gives nothing.
    pub fn run(&self, compiled: &Compiled, case: &Case) -> Result<Vec<Tensor>, String> {
        let inputs = native::inputs(&compiled.plan, case)?;
        let mut guest = Guest::start(&self.module).map_err(trap)?;
        guest.run(compiled, &inputs).map_err(trap)?
    }
}

fn trap(error: wasmtime::Error) -> String {
    format!("traps: {}", error.root_cause())
}

/// An instance.
struct Guest {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl Guest {
    fn start(module: &InstancePre<()>) -> wasmtime::Result<Self> {
        let mut store = Store::new(module.module().engine(), ());
        let instance = module.instantiate(&mut store)?;
        let memory = instance.get_memory(&mut store, "memory");
        let memory = memory.ok_or_else(|| wasmtime::Error::msg("the module exports no memory"))?;
        Ok(Self { store, instance, memory })
    }

    fn run(&mut self, compiled: &Compiled, inputs: &[&Tensor]) -> wasmtime::Result<Result<Vec<Tensor>, String>> {
        let package = Package { card: Card::default(), recipe: None, plan: compiled.plan.clone() };
        self.give(&package.encode())?;
        self.give(&compiled.constants)?;
        inputs.iter().try_for_each(|input| self.give(&input.bytes))?;
        let complaint = self.call::<(), u64>("plan_run", ())?;
        if complaint != 0 {
            return Ok(Err(String::from_utf8_lossy(&self.bytes(complaint)?).into_owned()));
        }
        let mut outputs = Vec::new();
        for (index, port) in compiled.plan.outputs.iter().enumerate() {
            let output = self.call::<u32, u64>("plan_output", index as u32)?;
            outputs.push(native::output(&compiled.plan, port, self.bytes(output)?));
        }
        Ok(Ok(outputs))
    }

    fn call<P: WasmParams, R: WasmResults>(&mut self, name: &str, parameters: P) -> wasmtime::Result<R> {
        self.instance.get_typed_func::<P, R>(&mut self.store, name)?.call(&mut self.store, parameters)
    }

    /// Hands bytes over.
    fn give(&mut self, bytes: &[u8]) -> wasmtime::Result<()> {
        let address = self.call::<u32, u32>("plan_reserve", u32::try_from(bytes.len())?)?;
        Ok(self.memory.write(&mut self.store, address as usize, bytes)?)
    }

    /// The bytes at an address, which is in the upper half; their number is in the lower one.
    fn bytes(&self, place: u64) -> wasmtime::Result<Vec<u8>> {
        let [address, len] = [place >> 32, place & 0xffff_ffff].map(|half| half as usize);
        let bytes = self.memory.data(&self.store).get(address..address + len);
        bytes.map(<[u8]>::to_vec).ok_or_else(|| wasmtime::Error::msg("an answer lies outside the memory"))
    }
}
