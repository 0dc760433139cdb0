//! Large dense layers become two smaller ones: W ≈ A·B by truncated singular value decomposition, where the two have
//! fewer weights than the one (Denton et al. 2014, "Exploiting Linear Structure Within Convolutional Networks for
//! Efficient Evaluation").

use crate::names::Names;
use crate::{Error, attribute, graph, normalise, tensor};
use graph::Index;
use nalgebra::{DMatrix, SymmetricEigen};
use tract_onnx::pb::{ModelProto, NodeProto, TensorProto};

/// How much of a layer is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep {
    /// The fewest singular values whose squares reach this share (above 0, at most 1) of the sum of all squares.
    Energy(f64),
    /// So many singular values, of every layer.
    Rank(usize),
}

/// Layers that became two.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// In the order of the network.
    pub layers: Vec<Layer>,
}

/// A layer that became two.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// The node's name.
    pub layer: String,
    /// Numbers that it reads for each result.
    pub inputs: usize,
    /// Numbers that it makes.
    pub outputs: usize,
    /// Numbers between the two.
    pub rank: usize,
    /// The share of the sum of squared singular values that is kept.
    pub energy: f64,
    /// inputs · outputs
    pub parameters_before: usize,
    /// rank · (inputs + outputs)
    pub parameters_after: usize,
}

/// Replaces every Gemm, MatMul and 1×1 Conv with constant weights that nothing else reads by two of the same kind, where
/// that saves weights; the bias is the second one's. Layers that would not get smaller stay, and so may all.
///
/// Takes time with the cube of a layer's smaller side: about a second at 1000, a minute at 4000.
///
/// # Errors
/// If an option makes no sense, or weights of such layers are not f32 or not finite.
pub fn factorize(model: &ModelProto, keep: Keep) -> Result<(ModelProto, Report), Error> {
    match keep {
        Keep::Energy(energy) if !(energy > 0.0 && energy <= 1.0) => {
            return Err(Error::Option { option: "energy", value: energy, wanted: "a share above 0 and at most 1" });
        }
        Keep::Rank(0) => return Err(Error::Option { option: "rank", value: 0.0, wanted: "1 or more" }),
        _ => (),
    }
    let mut model = normalise::normalise(model)?;
    let graph = normalise::graph(&model)?;
    let (index, mut names) = (Index::new(graph), Names::of(graph));
    let (mut nodes, mut tensors, mut layers) = (Vec::new(), Vec::new(), Vec::new());
    for node in &graph.node {
        let dense = Dense::find(&index, node)?;
        let factors = dense.as_ref().and_then(|dense| Some((dense, factors(&dense.matrix, keep)?)));
        let Some((dense, factors)) = factors else {
            nodes.push(node.clone());
            continue;
        };
        layers.push(factors.describe(node, &dense.matrix));
        nodes.extend(dense.replace(node, &factors, &mut names, &mut tensors));
    }
    let graph = normalise::graph_mut(&mut model)?;
    graph.node = nodes;
    graph.initializer.extend(tensors);
    graph::sweep(graph);
    Ok((model, Report { layers }))
}

/// A dense layer's weights as outputs × inputs, and how they are stored.
struct Dense<'a> {
    weights: &'a TensorProto,
    matrix: DMatrix<f64>,
    rows_are_outputs: bool,
}

impl<'a> Dense<'a> {
    fn find(index: &Index<'a>, node: &NodeProto) -> Result<Option<Self>, Error> {
        let Some(weights) = index.constant(node, 1).filter(|weights| index.is_read_once(&weights.name)) else {
            return Ok(None);
        };
        let dims = tensor::dims(weights);
        let rows_are_outputs = match graph::operator(node) {
            "Gemm" if dims.len() == 2 && attribute::int(node, "transA", 0) == 0 => {
                attribute::int(node, "transB", 0) != 0
            }
            "MatMul" if dims.len() == 2 => false,
            "Conv" if dims.len() > 2 && dims[2..].iter().all(|&side| side == 1) && is_whole(node) => true,
            _ => return Ok(None),
        };
        let values: Vec<f64> = tensor::floats(weights)?.into_iter().map(f64::from).collect();
        let matrix = DMatrix::from_row_slice(dims[0], dims[1], &values);
        let matrix = if rows_are_outputs { matrix } else { matrix.transpose() };
        Ok(Some(Self { weights, matrix, rows_are_outputs }))
    }

    /// The two nodes; their weights are added to `tensors`.
    fn replace(
        &self,
        node: &NodeProto,
        factors: &Factors,
        names: &mut Names,
        tensors: &mut Vec<TensorProto>,
    ) -> [NodeProto; 2] {
        let between = names.free(&format!("{}.low_rank", graph::name(node)));
        let mut weights = |matrix: &DMatrix<f64>, suffix: &str| {
            let stored = if self.rows_are_outputs { matrix.transpose() } else { matrix.clone() };
            // nalgebra stores columns: of the transposed matrix they are the rows.
            let values: Vec<f32> = stored.iter().map(|&value| value as f32).collect();
            let (rows, columns) = (stored.ncols(), stored.nrows());
            let dims = [&[rows, columns][..], &vec![1; self.weights.dims.len() - 2]].concat();
            let name = names.free(&format!("{}.{suffix}", self.weights.name));
            tensors.push(tensor::new_floats(&name, &dims, &values));
            name
        };
        let (first_weights, second_weights) = (weights(&factors.first, "first"), weights(&factors.second, "second"));
        let (mut first, mut second) = (node.clone(), node.clone());
        first.name = between.clone();
        first.output = vec![between.clone()];
        first.input = vec![node.input[0].clone(), first_weights];
        second.input[0] = between;
        second.input[1] = second_weights;
        // Strides and pads are the first one's, the factor of the product the second one's.
        for name in ["strides", "pads", "auto_pad", "dilations"] {
            attribute::remove(&mut second, name);
        }
        attribute::remove(&mut first, "alpha");
        [first, second]
    }
}

/// Whether a convolution reads all channels for each result.
fn is_whole(node: &NodeProto) -> bool {
    attribute::int(node, "group", 1) == 1
}

/// first: rank × inputs; second: outputs × rank.
struct Factors {
    first: DMatrix<f64>,
    second: DMatrix<f64>,
    energy: f64,
}

impl Factors {
    fn describe(&self, node: &NodeProto, matrix: &DMatrix<f64>) -> Layer {
        let (outputs, inputs) = matrix.shape();
        let rank = self.first.nrows();
        Layer {
            layer: graph::name(node).into(),
            inputs,
            outputs,
            rank,
            energy: self.energy,
            parameters_before: inputs * outputs,
            parameters_after: rank * (inputs + outputs),
        }
    }
}

/// The singular values' share that is kept, within what rounding to f32 leaves of a matrix of low rank.
const ROUNDING: f64 = 1e-12;

/// By the eigenvectors U of W·Wᵀ (of the smaller side): W ≈ (U·S)·(S⁻¹·Uᵀ·W), with S the roots of the singular values, so
/// that both factors have like ranges. `None` if the two would not be smaller.
fn factors(matrix: &DMatrix<f64>, keep: Keep) -> Option<Factors> {
    let (outputs, inputs) = matrix.shape();
    if outputs > inputs {
        let turned = factors(&matrix.transpose(), keep)?;
        let Factors { first, second, energy } = turned;
        return Some(Factors { first: second.transpose(), second: first.transpose(), energy });
    }
    let saves = |rank: usize| rank * (inputs + outputs) < inputs * outputs;
    if !saves(1) || matches!(keep, Keep::Rank(rank) if !saves(rank)) {
        return None;
    }
    let eigen = SymmetricEigen::new(matrix * matrix.transpose());
    let mut order: Vec<usize> = (0..outputs).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]).then(a.cmp(&b)));
    let squares: Vec<f64> = order.iter().map(|&at| eigen.eigenvalues[at].max(0.0)).collect();
    let total: f64 = squares.iter().sum();
    let reached = |rank: usize| squares[..rank].iter().sum::<f64>() / total.max(f64::MIN_POSITIVE);
    let rank = match keep {
        Keep::Rank(rank) => rank.min(outputs),
        Keep::Energy(energy) => (1..=outputs).find(|&rank| reached(rank) >= energy - ROUNDING).unwrap_or(1),
    };
    if !saves(rank) {
        return None;
    }
    let roots: Vec<f64> = squares[..rank].iter().map(|square| square.sqrt().sqrt().max(f64::MIN_POSITIVE)).collect();
    let vectors = DMatrix::from_fn(outputs, rank, |row, column| eigen.eigenvectors[(row, order[column])]);
    let mut first = vectors.transpose() * matrix;
    first.row_iter_mut().zip(&roots).for_each(|(mut row, root)| row /= *root);
    let second = DMatrix::from_fn(outputs, rank, |row, column| vectors[(row, column)] * roots[column]);
    Some(Factors { first, second, energy: reached(rank) })
}
