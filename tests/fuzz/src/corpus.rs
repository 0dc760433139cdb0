//! The models that something happens to: small networks, random graphs, and ONNX's node tests, which cover every
//! operator.

use anyhow::{Context, Result};
use maasm_conformance::suite::{Suite, Test};
use maasm_tests::{graph, onnx};
use prost::Message;
use std::fs;
use std::path::Path;
use tract_onnx::pb::{GraphProto, ModelProto, TensorProto};

/// How many random graphs there are.
const GRAPHS: u64 = 200;
/// Larger models and inputs would only take time.
const MOST: usize = 1 << 16;

/// The models, in an order that is the same every time.
pub struct Corpus {
    /// At least one.
    pub models: Vec<ModelProto>,
}

impl Corpus {
    /// Small networks and random graphs, and if ONNX's tests lie in `suite`, their models.
    ///
    /// # Errors
    /// If the tests cannot be read.
    pub fn new(suite: Option<&Path>) -> Result<Self> {
        let mut models = vec![onnx::small_network()];
        for seed in 0..GRAPHS {
            let graph = graph::random(seed);
            let outputs = graph.leaves();
            if !outputs.is_empty() {
                models.push(graph.model(&outputs));
            }
        }
        if let Some(folder) = suite {
            let suite = Suite::read(folder)?;
            for test in suite.tests.iter().filter(|test| test.broken.is_none()) {
                add(&suite, test, &mut models).with_context(|| format!("cannot read {}", test.name))?;
            }
        }
        Ok(Self { models })
    }
}

/// Adds a test's model as it is, with constants in place of all inputs but the first, and with constants alone: what
/// the compiler knows, it computes.
fn add(suite: &Suite, test: &Test, models: &mut Vec<ModelProto>) -> Result<()> {
    let folder = suite.folder.join(&test.name);
    let bytes = fs::read(folder.join("model.onnx"))?;
    if bytes.len() > MOST {
        return Ok(());
    }
    let model = ModelProto::decode(&bytes[..])?;
    let ports = model.graph.as_ref().map_or(0, |graph| graph.input.len());
    models.push(model.clone());
    for kept in (0..2).filter(|&kept| kept < ports) {
        let mut model = model.clone();
        if let Some(graph) = &mut model.graph {
            fix(graph, kept, &folder.join("test_data_set_0"))?;
        }
        models.push(model);
    }
    Ok(())
}

/// Puts constants in place of the inputs behind the first `kept`.
fn fix(graph: &mut GraphProto, kept: usize, data: &Path) -> Result<()> {
    for (index, port) in graph.input.iter().enumerate().skip(kept) {
        let bytes = fs::read(data.join(format!("input_{index}.pb")))?;
        // An input may be a sequence, which reads as no tensor, or as an odd one.
        if let Some(tensor) = TensorProto::decode(&bytes[..]).ok().filter(|_| bytes.len() <= MOST) {
            graph.initializer.push(TensorProto { name: port.name.clone(), ..tensor });
        }
    }
    Ok(())
}
