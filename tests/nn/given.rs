//! A component that asks for a graph which is not its own, in the engine that serves.

use crate::nn::support::{NAME, card, compiled, engine};
use maasm_compile::Options;
use maasm_engine::{CallError, Tensor};
use maasm_nn::{Graphs, Native};
use maasm_package::over_nn;
use maasm_plan::Card;
use maasm_runtime::AlignedBytes;
use maasm_tests::onnx::small_network;
use std::time::Duration;

/// A component that asks for `net@…` of this version, given the graph of 1.0.0 alone.
fn asking_for(version: &str) -> Result<Vec<Tensor>, CallError> {
    let compiled = compiled(&small_network(), &Options::default());
    let component = over_nn(Card { version: version.into(), ..card() }, None, &compiled.plan).unwrap();
    let mut weights = AlignedBytes::zeroed(compiled.constants.len());
    weights.as_mut().copy_from_slice(&compiled.constants);
    let graph = Native { deadline: Duration::from_secs(10) }.graph(compiled.plan, weights).unwrap();
    let model = engine(2).load_over_nn("net", &component, Graphs::one(NAME, graph), 0).unwrap();
    let input = &model.description().inputs[0];
    let (name, element_type, shape) = (input.name.clone(), input.element_type, input.shape.clone());
    let data = vec![0; 4 * 3 * 8 * 8];
    let first = model.infer(&[Tensor { name, element_type, shape, data }]);
    // Whatever came of it, the model can be asked again.
    assert_eq!(model.infer(&[]).unwrap_err().to_string(), "tensor image: is missing");
    first
}

#[test]
fn its_own_graph_is_there() {
    assert_eq!(asking_for("1.0.0").unwrap()[0].shape, [1, 5]);
}

#[test]
fn anothers_is_refused_with_the_reason_and_the_host_goes_on() {
    let error = asking_for("2.0.0").unwrap_err();
    assert!(matches!(error, CallError::Trap(_)), "{error:?}");
    assert!(error.to_string().contains("this component has no graph \"net@2.0.0\""), "{error}");
}

#[test]
fn a_component_that_asks_for_graphs_is_no_model_of_its_own() {
    let compiled = compiled(&small_network(), &Options::default());
    let component = over_nn(card(), None, &compiled.plan).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.wasm");
    std::fs::write(&path, component).unwrap();
    let error = engine(2).load(&path).err().unwrap().to_string();
    assert!(error.contains("imports nothing") && error.contains("wasi:nn/graph"), "{error}");
}
