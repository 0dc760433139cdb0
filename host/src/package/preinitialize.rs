//! The template is run until it holds the model, and frozen.
//!
//! What happens: the template is instantiated here, asked to reserve memory (`maasm_reserve`), given the encoded
//! package and the weights, and told to read them (`maasm_initialize`). Wizer then writes a module whose memory
//! starts as this instance's memory is left. The two functions are no exports of the result.

use super::Error;
use maasm_plan::Package;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasmparser::{Parser, Payload, ValType};
use wasmtime::{Config, Engine, Instance, Linker, Memory, Module, OptLevel, Store, Val};
use wasmtime_wizer::{InstanceState, SnapshotVal, Wizer};

const RESERVE: &str = "maasm_reserve";
const INITIALIZE: &str = "maasm_initialize";

/// The template's module with the model in its memory, and at which address the constants lie there.
pub(super) fn preinitialize(template: &[u8], package: &Package, constants: &[u8]) -> Result<(Vec<u8>, u32), Error> {
    let broken = |error: wasmtime::Error| Error::Template(format!("{error:#}"));
    let wizer = Wizer::new();
    let (_, instrumented) = wizer.instrument(template).map_err(broken)?;
    let mut running = Running::start(&instrumented).map_err(broken)?;
    let constants_at = running.fill(package, constants).map_err(broken)?.map_err(Error::Refused)?;
    // The snapshot is written over a template without what has served its purpose.
    let bare = without_scaffolding(template).map_err(|error| Error::Template(error.to_string()))?;
    let (context, _) = wizer.instrument(&bare).map_err(broken)?;
    Ok((ready(wizer.snapshot(&context, &mut running)).map_err(broken)?, constants_at))
}

/// The running template.
struct Running {
    store: Store<()>,
    instance: Instance,
}

impl Running {
    fn start(module: &[u8]) -> wasmtime::Result<Self> {
        // The code runs once, for a few milliseconds: quick compilation is what counts.
        let mut config = Config::new();
        config.cranelift_opt_level(OptLevel::None);
        let engine = Engine::new(&config)?;
        let module = Module::new(&engine, module)?;
        let mut store = Store::new(&engine, ());
        // What it imports has no use before it is asked anything.
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&module)?;
        let instance = linker.instantiate(&mut store, &module)?;
        Ok(Self { store, instance })
    }

    /// Puts the model in and tells where its constants lie, or why the template refuses it.
    fn fill(&mut self, package: &Package, constants: &[u8]) -> wasmtime::Result<Result<u32, String>> {
        let encoded = package.encode();
        let reserve = self.instance.get_typed_func::<(u32, u32, u32), u32>(&mut self.store, RESERVE)?;
        let lengths = (size(encoded.len())?, size(constants.len())?, u32::try_from(package.plan.arena_len)?);
        let addresses = reserve.call(&mut self.store, lengths)?;
        let [package_at, constants_at] = self.two(addresses)?;
        let memory = self.memory()?;
        memory.write(&mut self.store, package_at as usize, &encoded)?;
        memory.write(&mut self.store, constants_at as usize, constants)?;
        let initialize = self.instance.get_typed_func::<(), u32>(&mut self.store, INITIALIZE)?;
        let message = initialize.call(&mut self.store, ())?;
        if message == 0 {
            return Ok(Ok(constants_at));
        }
        let [at, len] = self.two(message)?;
        let mut bytes = vec![0; len as usize];
        memory.read(&self.store, at as usize, &mut bytes)?;
        Ok(Err(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn memory(&mut self) -> wasmtime::Result<Memory> {
        let memory = self.instance.get_memory(&mut self.store, "memory");
        memory.ok_or_else(|| wasmtime::Error::msg("the template exports no memory"))
    }

    /// The two u32 at an address.
    fn two(&mut self, address: u32) -> wasmtime::Result<[u32; 2]> {
        let mut bytes = [0; 8];
        self.memory()?.read(&self.store, address as usize, &mut bytes)?;
        let [a, b, c, d, rest @ ..] = bytes;
        Ok([u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes(rest)])
    }
}

fn size(len: usize) -> wasmtime::Result<u32> {
    Ok(u32::try_from(len)?)
}

impl InstanceState for Running {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        let global = self.instance.get_global(&mut self.store, name).expect("wizer has made an export of it");
        match global.get(&mut self.store) {
            Val::I32(value) => SnapshotVal::I32(value),
            Val::I64(value) => SnapshotVal::I64(value),
            Val::F32(value) => SnapshotVal::F32(value),
            Val::F64(value) => SnapshotVal::F64(value),
            Val::V128(value) => SnapshotVal::V128(value.as_u128()),
            _ => unreachable!("wizer refuses mutable globals that hold references"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        let memory = self.instance.get_memory(&mut self.store, name).expect("wizer has made an export of it");
        contents(memory.data(&self.store));
    }
}

/// The template without the functions that are called here alone, and without custom sections but the one that
/// tells its WIT world.
fn without_scaffolding(template: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut module = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(template) {
        match payload? {
            Payload::ExportSection(section) => {
                let mut exports = wasm_encoder::ExportSection::new();
                for export in section {
                    let export = export?;
                    if ![RESERVE, INITIALIZE].contains(&export.name) {
                        exports.export(export.name, RoundtripReencoder.export_kind(export.kind)?, export.index);
                    }
                }
                module.section(&exports);
            }
            Payload::CustomSection(section) if !section.name().starts_with("component-type") => {}
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    module.section(&wasm_encoder::RawSection { id, data: &template[range] });
                }
            }
        }
    }
    Ok(module.finish())
}

/// The value of a future that never waits: wizer's snapshot is asynchronous only where its instance is.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("nothing in it waits"),
    }
}
