//! Networks that grow at their end, and onnxruntime's opinion of two models.

use fastrand::Rng;
use maasm_tests::onnx::{self, integers, node, value};
use maasm_tests::python;
use prost::Message;
use std::collections::HashMap;
use std::process::Command;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto};

pub fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Int as i32, i: value, ..Default::default() }
}

pub fn tensor(name: &str, dims: &[usize], values: &[f32]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: dims.iter().map(|&extent| extent as i64).collect(),
        data_type: DataType::Float as i32,
        raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        ..Default::default()
    }
}

pub fn floats(tensor: &TensorProto) -> Vec<f32> {
    tensor.raw_data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

pub fn initialiser<'a>(model: &'a ModelProto, name: &str) -> &'a TensorProto {
    model.graph.as_ref().unwrap().initializer.iter().find(|tensor| tensor.name == name).unwrap()
}

/// A graph that grows at its end. Every layer's every fourth channel, from the second on, is dead: nothing but zeros.
pub struct Net {
    pub random: Rng,
    pub nodes: Vec<NodeProto>,
    pub tensors: Vec<TensorProto>,
    pub shapes: HashMap<String, Vec<usize>>,
    pub dead: bool,
}

pub fn is_dead(channel: usize) -> bool {
    channel % 4 == 1
}

impl Net {
    /// With the input `x`.
    pub fn new(seed: u64, shape: &[usize]) -> Self {
        Self {
            random: Rng::with_seed(seed),
            nodes: vec![],
            tensors: vec![],
            shapes: HashMap::from([("x".to_owned(), shape.to_vec())]),
            dead: true,
        }
    }

    pub fn parameter(&mut self, dims: &[usize], values: &[f32]) -> String {
        let name = format!("p{}", self.tensors.len());
        self.tensors.push(tensor(&name, dims, values));
        name
    }

    pub fn extents(&mut self, extents: &[i64]) -> String {
        let name = format!("p{}", self.tensors.len());
        self.tensors.push(onnx::whole_numbers(&name, &[extents.len() as i64], extents));
        name
    }

    pub fn add(&mut self, operator: &str, inputs: &[&str], shape: &[usize], attributes: Vec<AttributeProto>) -> String {
        let name = format!("t{}", self.nodes.len());
        self.nodes.push(node(operator, inputs, &[&name], attributes));
        self.shapes.insert(name.clone(), shape.to_vec());
        name
    }

    /// An operator whose result has its first operand's shape.
    pub fn like(&mut self, operator: &str, inputs: &[&str]) -> String {
        let shape = self.shapes[inputs[0]].clone();
        self.add(operator, inputs, &shape, vec![])
    }

    /// Values for each of `out` channels, `each` of them.
    pub fn random(&mut self, out: usize, each: usize, low: f32, high: f32) -> Vec<f32> {
        let draw = |random: &mut Rng, channel| match self.dead && is_dead(channel) {
            true => 0.0,
            false => low + (high - low) * random.f32(),
        };
        (0..out * each).map(|place| draw(&mut self.random, place / each)).collect()
    }

    pub fn conv(&mut self, x: &str, out: usize, size: usize, stride: usize, groups: usize) -> String {
        let from = self.shapes[x].clone();
        let each = from[1] / groups;
        let limit = (3.0 / (each * size * size) as f32).sqrt();
        let weights = self.random(out, each * size * size, -limit, limit);
        let weights = self.parameter(&[out, each, size, size], &weights);
        let bias = self.random(out, 1, -0.5, 0.5);
        let bias = self.parameter(&[out], &bias);
        let [pad, step] = [(size / 2) as i64, stride as i64];
        let window = vec![integers("pads", &[pad; 4]), integers("strides", &[step; 2]), int("group", groups as i64)];
        let side = |extent: usize| (extent - 1) / stride + 1;
        self.add("Conv", &[x, &weights, &bias], &[from[0], out, side(from[2]), side(from[3])], window)
    }

    pub fn norm(&mut self, x: &str) -> String {
        let out = self.shapes[x][1];
        let ranges = [(0.5, 1.5), (-0.5, 0.5), (-0.5, 0.5)];
        let mut names: Vec<String> = ranges
            .iter()
            .map(|&(low, high)| {
                let values = self.random(out, 1, low, high);
                self.parameter(&[out], &values)
            })
            .collect();
        let variance: Vec<f32> = (0..out).map(|_| 0.5 + self.random.f32()).collect();
        names.push(self.parameter(&[out], &variance));
        self.like("BatchNormalization", &[x, &names[0], &names[1], &names[2], &names[3]])
    }

    /// Convolution, batch normalisation and, if `operator` is not empty, an activation.
    pub fn block(&mut self, x: &str, out: usize, size: usize, stride: usize, groups: usize, operator: &str) -> String {
        let x = self.conv(x, out, size, stride, groups);
        let x = self.norm(&x);
        if operator.is_empty() { x } else { self.like(operator, &[&x]) }
    }

    pub fn pool(&mut self, x: &str) -> String {
        let shape = self.shapes[x].clone();
        self.add("GlobalAveragePool", &[x], &[shape[0], shape[1], 1, 1], vec![])
    }

    pub fn flatten(&mut self, x: &str) -> String {
        let shape = self.shapes[x].clone();
        self.add("Flatten", &[x], &[shape[0], shape[1..].iter().product()], vec![int("axis", 1)])
    }

    pub fn gemm(&mut self, x: &str, out: usize) -> String {
        let shape = self.shapes[x].clone();
        let limit = (3.0 / shape[1] as f32).sqrt();
        let weights = self.random(out, shape[1], -limit, limit);
        let weights = self.parameter(&[out, shape[1]], &weights);
        let bias = self.random(out, 1, -0.5, 0.5);
        let bias = self.parameter(&[out], &bias);
        self.add("Gemm", &[x, &weights, &bias], &[shape[0], out], vec![int("transB", 1)])
    }

    /// Pools, and ends with a classifier of five classes.
    pub fn classify(mut self, x: &str) -> (ModelProto, HashMap<String, Vec<usize>>) {
        let x = self.pool(x);
        let x = self.flatten(&x);
        self.dead = false;
        let x = self.gemm(&x, 5);
        self.end(&x)
    }

    pub fn end(self, x: &str) -> (ModelProto, HashMap<String, Vec<usize>>) {
        let extents = |name: &str| self.shapes[name].iter().map(|&extent| extent as i64).collect::<Vec<_>>();
        let model = onnx::model(GraphProto {
            name: "net".into(),
            input: vec![value("x", &extents("x"))],
            output: vec![value(x, &extents(x))],
            initializer: self.tensors.clone(),
            node: self.nodes.clone(),
            ..Default::default()
        });
        (model, self.shapes)
    }
}

/// What onnxruntime says of two models.
#[derive(Debug)]
pub struct Comparison {
    /// Of the first outputs; none if their shapes differ.
    pub difference: Option<f64>,
    pub magnitude: f64,
    pub operations: [f64; 2],
    /// The second one's.
    pub output: Vec<f64>,
}

/// Checks the second of each pair of models and runs both; nothing, and the reason printed, where there is no Python.
pub fn compare(pairs: &[(&ModelProto, &ModelProto)]) -> Option<Vec<Comparison>> {
    let python = python::interpreter()?;
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/support/check.py"));
    for (number, model) in pairs.iter().flat_map(|(before, after)| [before, after]).enumerate() {
        let path = folder.path().join(format!("{number}.onnx"));
        std::fs::write(&path, model.encode_to_vec()).unwrap();
        command.arg(path);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let comparison = |answer: &serde_json::Value| Comparison {
        difference: answer["difference"].as_f64(),
        magnitude: answer["magnitude"].as_f64().unwrap(),
        operations: [0, 1].map(|at| answer["operations"][at].as_f64().unwrap()),
        output: answer["output"].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect(),
    };
    Some(answers.iter().map(comparison).collect())
}

/// Asserts that two models give the same, to a hundred-thousandth.
#[track_caller]
pub fn assert_alike(pairs: &[(&ModelProto, &ModelProto)]) {
    for (number, comparison) in compare(pairs).into_iter().flatten().enumerate() {
        let near = comparison.difference.is_some_and(|difference| difference <= 1e-5 * comparison.magnitude.max(1.0));
        assert!(near && comparison.magnitude > 0.0, "pair {number}: {comparison:?}");
    }
}
