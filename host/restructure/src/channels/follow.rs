//! The channels of every value, from the inputs to the outputs.

use super::classes::Classes;
use super::rules::{self, Stop};
use crate::graph::{self, Index};
use crate::{Error, tensor};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

/// Where a value has its channels, and which they are.
#[derive(Clone)]
pub(super) struct Channels {
    pub rank: usize,
    pub axis: usize,
    pub ids: Rc<[usize]>,
}

/// A layer that makes channels.
pub(super) struct Layer {
    pub node: usize,
    pub ids: Rc<[usize]>,
    /// Of each channel's weights.
    pub norms: Vec<f64>,
    /// Whether the channels are new, or those of its input (depthwise convolution).
    pub is_source: bool,
}

/// A number in the graph that follows from how many channels stay.
pub(super) enum Count {
    /// The attribute `group` of a convolution that has so many input channels in each.
    Groups { node: usize, each: usize, ids: Rc<[usize]> },
    /// One element of a constant shape.
    Extent { node: usize, operand: usize, index: usize, ids: Rc<[usize]> },
}

/// What is known about a network's channels.
pub(super) struct Network<'a> {
    pub index: Index<'a>,
    pub classes: Classes,
    pub values: HashMap<&'a str, Channels>,
    pub layers: Vec<Layer>,
    pub counts: Vec<Count>,
    /// Channels that have to stay, and why.
    pub protected: Vec<(Rc<[usize]>, String)>,
    /// Axes of initialisers that channels lie on; one entry for each use.
    pub axes: BTreeMap<(&'a str, usize), Vec<Rc<[usize]>>>,
    shapes: &'a dyn Fn(&str) -> Option<Vec<usize>>,
}

pub(super) fn follow<'a>(
    graph: &'a GraphProto,
    shapes: &'a dyn Fn(&str) -> Option<Vec<usize>>,
) -> Result<Network<'a>, Error> {
    let mut network = Network {
        index: Index::new(graph),
        classes: Classes::default(),
        values: HashMap::new(),
        layers: Vec::new(),
        counts: Vec::new(),
        protected: Vec::new(),
        axes: BTreeMap::new(),
        shapes,
    };
    for (id, node) in graph.node.iter().enumerate() {
        network.visit(id, node)?;
    }
    for output in &graph.output {
        if let Some(channels) = network.values.get(output.name.as_str()) {
            network.protected.push((channels.ids.clone(), format!("output {:?} of the network", output.name)));
        }
    }
    network.join_uses();
    Ok(network)
}

impl<'a> Network<'a> {
    fn visit(&mut self, id: usize, node: &'a NodeProto) -> Result<(), Error> {
        let others_read = node.output.iter().skip(1).any(|name| self.is_used(name));
        let outcome = match others_read {
            true => Err(Stop::Protects("has several results".into())),
            false => rules::apply(self, id, node),
        };
        match outcome {
            Ok(channels) => self.values.extend(node.output.first().map(String::as_str).zip(channels)),
            Err(Stop::Fails(error)) => return Err(error),
            Err(Stop::Protects(why)) => {
                let reason = format!("{} {:?} {why}", node.op_type, graph::name(node));
                for (name, _) in graph::values_read(node) {
                    if let Some(channels) = self.values.get(name) {
                        self.protected.push((channels.ids.clone(), reason.clone()));
                    }
                }
            }
        }
        Ok(())
    }

    fn is_used(&self, value: &str) -> bool {
        self.index.is_output(value) || !self.index.readings(value).is_empty()
    }

    /// The channels of an operand; nothing if they are not followed.
    pub fn channels(&self, node: &NodeProto, operand: usize) -> Option<Channels> {
        self.values.get(node.input.get(operand)?.as_str()).cloned()
    }

    /// The shape of a value, if it is known and has the rank that is.
    pub fn shape(&self, value: &str) -> Option<Vec<usize>> {
        let shape = (self.shapes)(value)?;
        let fits = self
            .values
            .get(value)
            .is_none_or(|channels| shape.len() == channels.rank && shape[channels.axis] == channels.ids.len());
        fits.then_some(shape)
    }

    /// The channels that a layer makes, which nothing had before.
    pub fn make(&mut self, node: usize, rank: usize, axis: usize, norms: Vec<f64>) -> Channels {
        let ids: Rc<[usize]> = self.classes.fresh(norms.len()).into();
        self.layers.push(Layer { node, ids: ids.clone(), norms, is_source: true });
        Channels { rank, axis, ids }
    }

    /// Notes that an axis of an initialiser has these channels.
    pub fn lay(&mut self, tensor: &'a TensorProto, axis: usize, ids: &Rc<[usize]>) -> Result<(), Error> {
        tensor::floats(tensor)?;
        let found = tensor::dims(tensor).get(axis).copied();
        if found != Some(ids.len()) {
            let why = format!("has the shape {:?} where axis {axis} should hold {} channels", tensor.dims, ids.len());
            return Err(Error::Corrupt { tensor: tensor.name.clone(), why });
        }
        self.axes.entry((&tensor.name, axis)).or_default().push(ids.clone());
        Ok(())
    }

    pub fn unite(&mut self, a: &[usize], b: &[usize]) {
        a.iter().zip(b).for_each(|(&a, &b)| self.classes.unite(a, b));
    }

    /// An initialiser that several nodes read has to suit them all.
    fn join_uses(&mut self) {
        for ((tensor, axis), uses) in std::mem::take(&mut self.axes) {
            let (readings, first) = (self.index.readings(tensor).len(), uses[0].clone());
            if uses.len() < readings || self.index.is_output(tensor) {
                let reason = format!("tensor {tensor:?} is read in several ways");
                self.protected.extend(uses.iter().map(|ids| (ids.clone(), reason.clone())));
                continue;
            }
            uses.iter().for_each(|ids| self.unite(&first, ids));
            self.axes.insert((tensor, axis), uses);
        }
    }
}
