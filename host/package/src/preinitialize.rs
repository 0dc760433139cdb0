//! The template is run until it holds the model, and frozen.
//!
//! What happens: what the template needs for that is instantiated here, asked to reserve memory (`maasm_reserve`), given the encoded
//! package and the weights, and told to read them (`maasm_initialize`). Then what the model has no use for is left out, and
//! Wizer writes a module of the rest whose memory starts as this instance's memory is left.

use super::Error;
use super::needs;
use super::shake::{Fate, Filled, only, shake};
use super::template::Template;
use maasm_plan::Package;
use std::ops::Range;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use wasmparser::ValType;
use wasmtime::{Config, Engine, Instance, Linker, Memory, Module, OptLevel, Store, Val};
use wasmtime_wizer::{InstanceState, SnapshotVal, Wizer};

const RESERVE: &str = "maasm_reserve";
const INITIALIZE: &str = "maasm_initialize";

/// A template's module with the model in its memory, and at which address the constants lie there.
pub(super) fn preinitialize(template: Template, package: &Package, constants: &[u8]) -> Result<(Vec<u8>, u32), Error> {
    let broken = |error: wasmtime::Error| Error::Template(format!("{error:#}"));
    let wizer = Wizer::new();
    // Most of the template is kernels and decoders, which do not run here and would take long to compile.
    let working = match template.relocatable {
        true => only(template.module, is_done).map_err(|error| Error::Template(format!("{error:#}")))?,
        false => template.module.to_vec(),
    };
    let (whole, instrumented) = wizer.instrument(&working).map_err(broken)?;
    let mut running = Running::start(&instrumented).map_err(broken)?;
    let numbers = match running.fill(package, constants).map_err(broken)? {
        Ok(numbers) => numbers,
        Err(refusal) => return Err(Error::Refused(refusal)),
    };
    let constants_at = u32::try_from(numbers.start).expect("addresses have 32 bits where templates run");
    let left = match template.relocatable {
        true => Some(without_the_rest(template.module, package, &mut running, numbers)?),
        false => None,
    };
    let context = match &left {
        Some(module) => wizer.instrument(module).map_err(broken)?.0,
        None => whole,
    };
    let module = ready(wizer.snapshot(&context, &mut running)).map_err(broken)?;
    Ok((module, constants_at))
}

/// Recognises the exports that are called here and never again.
fn is_done(export: &str) -> bool {
    [RESERVE, INITIALIZE].contains(&export)
}

/// The template without what this model has no use for, in its memory too.
fn without_the_rest(
    template: &[u8],
    package: &Package,
    running: &mut Running,
    numbers: Range<usize>,
) -> Result<Vec<u8>, Error> {
    let memory = running.memory().map_err(|error| Error::Template(format!("{error:#}")))?;
    let needed = needs::symbols(package);
    let filled = Filled { memory: memory.data(&running.store), numbers };
    let shaken = shake(template, &filled, |name| match name {
        _ if is_done(name) => Fate::Done,
        _ if !name.starts_with(needs::PREFIX) => Fate::Stays,
        _ if needed.contains(name) => Fate::Inside,
        _ => Fate::Unused,
    });
    let shaken = shaken.map_err(|error| Error::Template(format!("{error:#}")))?;
    if let Some(missing) = needed.iter().find(|name| !shaken.knows(name)) {
        return Err(Error::Template(format!("it has no {missing}")));
    }
    shaken.clear(memory.data_mut(&mut running.store));
    Ok(shaken.module)
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
    fn fill(&mut self, package: &Package, constants: &[u8]) -> wasmtime::Result<Result<Range<usize>, String>> {
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
            let start = constants_at as usize;
            return Ok(Ok(start..start + constants.len()));
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

/// The value of a future that never waits: wizer's snapshot is asynchronous only where its instance is.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("nothing in it waits"),
    }
}
