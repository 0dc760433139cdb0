//! A component that wants more than it was given. Whatever it does, the host goes on.

use crate::native::{NAME, graph, picture};
use crate::probe::{LIMIT, Probe};
use maasm_nn::{ErrorCode, Graph};
use std::time::Duration;
use wasmtime_wasi_nn::backend::{BackendError, BackendExecutionContext, BackendGraph, Id, NamedTensor};
use wasmtime_wasi_nn::{ExecutionContext, Tensor};

fn probe() -> Probe {
    Probe::with(NAME, graph(Duration::from_secs(10)))
}

#[test]
fn a_graph_that_it_was_not_given_is_not_found() {
    let mut probe = probe();
    for name in ["colours@1.0.1", "colours", "cats@2.0.0", "", "../colours@1.0.0", "/etc/passwd"] {
        assert_eq!(probe.load(name), Err(ErrorCode::NotFound), "{name:?}");
    }
    assert_eq!(probe.load(NAME), Ok(()));
}

#[test]
fn a_graph_that_it_brings_is_not_read() {
    assert_eq!(probe().bring(), Err(ErrorCode::UnsupportedOperation));
}

#[test]
fn it_takes_so_much_of_the_hosts_memory_and_no_more() {
    let mut hoarder = probe();
    let trap = hoarder.trap("hoard");
    assert!(format!("{trap:#}").contains(&format!("{LIMIT} are allowed")), "{trap:#}");
    assert_eq!(hoarder.failure().map(|failure| failure.code), Some(ErrorCode::TooLarge));
    assert!(probe().compute(NAME, &picture()).is_ok());
}

#[test]
fn a_handle_that_it_does_not_have_ends_it_and_nothing_else() {
    probe().trap("forge");
    assert!(probe().compute(NAME, &picture()).is_ok());
}

/// A backend that does not work.
struct Broken {
    begins: bool,
}

impl BackendGraph for Broken {
    fn init_execution_context(&self) -> Result<ExecutionContext, BackendError> {
        assert!(self.begins, "this graph never begins");
        let context: Box<dyn BackendExecutionContext> = Box::new(Broken { begins: true });
        Ok(context.into())
    }
}

impl BackendExecutionContext for Broken {
    fn set_input(&mut self, _: Id, _: &Tensor) -> Result<(), BackendError> {
        unreachable!()
    }

    fn get_output(&mut self, _: Id) -> Result<Tensor, BackendError> {
        unreachable!()
    }

    fn compute(&mut self, _: Option<Vec<NamedTensor>>) -> Result<Option<Vec<NamedTensor>>, BackendError> {
        panic!("this graph never ends")
    }
}

#[test]
fn a_backend_that_panics_is_a_runtime_error_and_takes_nothing_down() {
    for begins in [false, true] {
        let graph: Box<dyn BackendGraph> = Box::new(Broken { begins });
        let mut probe = Probe::with(NAME, Graph::from(graph));
        assert_eq!(probe.compute(NAME, &picture()), Err(ErrorCode::RuntimeError));
        let failure = probe.failure().unwrap();
        assert!(failure.message.contains("this graph never"), "{failure}");
    }
}
