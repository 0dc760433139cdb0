//! Structured pruning: whole channels are taken out, of every layer that makes or reads them, so that what remains is a
//! smaller dense network.
//!
//! Channels hang together: where a residual connection adds two layers' results, channel 7 can only leave both. A *class*
//! is all that has to leave together; a *group* is the classes that the same layers make. A class is as important as
//! the weights that make it: the sum, over the layers of the group, of the L2 norm of the class's weights divided by
//! the layer's mean (Li et al. 2017, "Pruning Filters for Efficient ConvNets"; groups as in Fang et al. 2023,
//! "DepGraph: Towards Any Structural Pruning"). A batch normalisation behind the layer multiplies the norm by
//! |scale| / √(variance + epsilon). Biases do not count.
//!
//! Of every group the least important channels go: the given fraction, rounded up. At least one stays. In groups of 64
//! channels or more, more of them go until what stays is a multiple of 8, which is what kernels are fast with.
//!
//! What reads channels in a way that is not known here, such as a Softmax over them, protects them, and so do the
//! network's outputs; [`Pruned::protected`] tells which and why.
//!
//! # Layout
//! - `classes`: which channels have to leave together
//! - `follow`: the channels of every value, from the inputs to the outputs
//! - `rules/`: what each operator makes of channels; one family is one file
//! - `choose`: groups, and which of their channels go
//! - `remove`: the model without them

mod choose;
mod classes;
mod follow;
mod remove;
mod rules;

use crate::{Error, error, graph, normalise};
use tract_onnx::pb::ModelProto;

/// What was taken out.
#[derive(Clone, Debug, PartialEq)]
pub struct Pruned {
    /// Every group that could be pruned, in the order of the network.
    pub groups: Vec<Group>,
    /// Channels that the layers make, before: outputs of convolutions and dense layers.
    pub channels_before: usize,
    /// And after.
    pub channels_after: usize,
    /// Elements of all f32 initialisers before.
    pub parameters_before: usize,
    /// And after.
    pub parameters_after: usize,
    /// Layers whose channels had to stay, in the order of the network.
    pub protected: Vec<Protected>,
}

/// Channels that the same layers make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The names of the layers.
    pub layers: Vec<String>,
    /// How many channels there were.
    pub before: usize,
    /// And are.
    pub after: usize,
}

/// A layer that keeps channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protected {
    /// The layer's name.
    pub layer: String,
    /// What its channels are needed for.
    pub reason: String,
}

/// Takes out the least important `fraction` (0 up to, but not, 1) of the channels of every group.
///
/// `shapes` tells the shape of a value of the network by its name, where that is known; it is asked where channels
/// become features (Flatten, Reshape), and where values whose channels are not followed are concatenated.
///
/// # Errors
/// If the fraction is none, weights are not f32 or not finite, the model is corrupt, or no group can be pruned.
pub fn prune(
    model: &ModelProto,
    shapes: &dyn Fn(&str) -> Option<Vec<usize>>,
    fraction: f64,
) -> Result<(ModelProto, Pruned), Error> {
    error::check_fraction(fraction)?;
    let mut model = normalise::normalise(model)?;
    graph::sweep(normalise::graph_mut(&mut model)?);
    let graph = normalise::graph(&model)?;
    let mut network = follow::follow(graph, shapes)?;
    let choice = choose::choose(&mut network, fraction)?;
    let pruned = remove::remove(graph, &mut network, &choice.removed)?;
    let parameters_before = remove::parameters(graph);
    let report = Pruned {
        groups: choice.groups,
        channels_before: choice.channels_before,
        channels_after: choice.channels_after,
        parameters_before,
        parameters_after: remove::parameters(&pruned),
        protected: choice.protected,
    };
    model.graph = Some(pruned);
    Ok((model, report))
}
