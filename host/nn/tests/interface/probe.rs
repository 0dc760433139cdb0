//! A component that asks wasi-nn for whatever a test says, in an engine of its own.

use maasm_nn::{Context, ErrorCode, Failure, Graph, Graphs, add_to_linker};
use std::sync::Arc;
use wasmtime::component::{Component, ComponentNamedList, Instance, Lift, Linker, Lower, TypedFunc};
use wasmtime::{Engine, Store};

/// What an instance may hold in tensors, in bytes.
pub const LIMIT: u64 = 8 << 20;

/// wasi-nn's numbers for the types of elements.
pub const F32: i32 = 1;
pub const I64: i32 = 6;

/// An instance of the component.
pub struct Probe {
    store: Store<Context>,
    instance: Instance,
}

impl Probe {
    /// One that has this graph, under this name.
    pub fn with(name: &str, graph: Graph) -> Self {
        let engine = Engine::default();
        let component = Component::new(&engine, maasm_tests::nn::probe()).unwrap();
        let mut linker = Linker::<Context>::new(&engine);
        add_to_linker(&mut linker, |context| context).unwrap();
        let mut store = Store::new(&engine, Context::new(Arc::new(Graphs::one(name, graph)), LIMIT));
        let instance = linker.instantiate(&mut store, &component).unwrap();
        Self { store, instance }
    }

    /// What came of asking for a graph.
    pub fn load(&mut self, name: &str) -> Result<(), ErrorCode> {
        told(self.call::<_, (i32,)>("load", (name,)).unwrap().0)
    }

    /// What came of bringing one.
    pub fn bring(&mut self) -> Result<(), ErrorCode> {
        told(self.call::<_, (i32,)>("bring", ()).unwrap().0)
    }

    /// The first output of an inference.
    pub fn compute(&mut self, graph: &str, input: &Input) -> Result<Vec<u8>, ErrorCode> {
        let Input { name, shape, ty, data, count } = input;
        let asked = (graph, *name, &shape[..], *ty, &data[..], *count);
        told(self.call::<_, (i32,)>("compute", asked).unwrap().0)?;
        Ok(self.call::<(), (Vec<u8>,)>("answer", ()).unwrap().0)
    }

    /// Calls something that takes and gives nothing, and says why that ended the instance.
    pub fn trap(&mut self, name: &str) -> wasmtime::Error {
        self.call::<(), ()>(name, ()).unwrap_err()
    }

    /// What the host has noted.
    pub fn failure(&mut self) -> Option<Failure> {
        self.store.data_mut().take_failure()
    }

    fn call<P, R>(&mut self, name: &str, parameters: P) -> wasmtime::Result<R>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift + 'static,
    {
        let function = self.instance.get_func(&mut self.store, name).unwrap();
        let function: TypedFunc<P, R> = function.typed(&self.store)?;
        function.call(&mut self.store, parameters)
    }
}

/// What an inference is asked with.
pub struct Input {
    pub name: &'static str,
    pub shape: Vec<u32>,
    pub ty: i32,
    pub data: Vec<u8>,
    /// How often the tensor is given.
    pub count: i32,
}

impl Input {
    /// Numbers under this name.
    pub fn floats(name: &'static str, shape: &[u32], floats: &[f32]) -> Self {
        let data = floats.iter().flat_map(|number| number.to_le_bytes()).collect();
        Self { name, shape: shape.into(), ty: F32, data, count: 1 }
    }
}

pub fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().copied().map(f32::from_le_bytes).collect()
}

/// The interface's codes, in its order.
const CODES: [ErrorCode; 9] = [
    ErrorCode::InvalidArgument,
    ErrorCode::InvalidEncoding,
    ErrorCode::Timeout,
    ErrorCode::RuntimeError,
    ErrorCode::UnsupportedOperation,
    ErrorCode::TooLarge,
    ErrorCode::NotFound,
    ErrorCode::Security,
    ErrorCode::Unknown,
];

fn told(number: i32) -> Result<(), ErrorCode> {
    match usize::try_from(number) {
        Ok(place) => Err(CODES[place]),
        Err(_) => Ok(()),
    }
}
