//! What an operator takes for granted of its node and its inputs, and tract does not check.

use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

/// How many axes an input has at least, by what tract calls the operator: its rules read them unchecked.
const AXES: [(&str, usize, usize); 9] = [
    ("BatchNorm", 0, 2),
    ("ConvHir", 0, 3),
    ("ConvTranspose", 0, 3),
    ("SumPool", 0, 3),
    ("GatherNd", 1, 1),
    ("Hardmax", 0, 1),
    ("LogSoftmax", 0, 1),
    ("Softmax", 0, 1),
    ("Trilu", 0, 2),
];

/// Which inputs are read as one number, whether or not there is any in them.
const NUMBERS: [(&str, &[usize]); 11] = [
    ("Clip", &[1, 2]),
    ("CumSum", &[1]),
    ("Dropout", &[1, 2]),
    ("HammingWindow", &[0]),
    ("HannWindow", &[0]),
    ("BlackmanWindow", &[0]),
    ("If", &[0]),
    ("OneHot", &[1]),
    ("Pad", &[2]),
    ("Range", &[0, 1, 2]),
    ("Trilu", &[1]),
];

/// Which input is a list with a number or two for each axis of the output, and the least that they may be.
const LISTS: [(&str, usize, i32); 6] = [
    ("ConstantOfShape", 0, 0),
    ("Expand", 1, -1),
    ("Pad", 1, i32::MIN),
    ("Reshape", 1, -1),
    ("Tile", 1, 0),
    ("Unsqueeze", 1, i32::MIN),
];
/// Longer lists than this are taken for a mistake.
const LONGEST: usize = 64;
/// Attributes that are such lists.
const ATTRIBUTES: [&str; 6] = ["dilations", "output_padding", "output_shape", "pads", "shape", "strides"];

/// Operators whose outputs are made as soon as the shape of their first input is known.
const MADE: [&str; 1] = ["EyeLike"];

/// Operators whose attribute `axis` may be one more than the axes of their first input.
const ONE_MORE: [&str; 2] = ["Flatten", "OneHot"];
/// Operators whose attribute `axis` is one of the output's; how many axes that has may be known first.
const OF_OUTPUT: [&str; 2] = ["LayerNormalization", "OneHot"];
/// Operators whose attribute `axis` may be anything for some inputs.
const ANY_AXIS: [&str; 3] = ["DequantizeLinear", "QuantizeLinear", "Unique"];

/// More places than this in a window are taken for a mistake.
const WINDOW: u64 = 1 << 20;
/// The same for a window with weights.
const WEIGHTS: u64 = 1 << 16;
/// Which input has the weights of a window, behind two other axes.
const WEIGHTED: [(&str, usize); 4] = [("Conv", 1), ("ConvTranspose", 1), ("ConvInteger", 1), ("QLinearConv", 3)];

/// What is demanded of a node's inputs.
#[derive(Clone, Debug)]
pub struct Demands {
    axes: Option<(usize, usize)>,
    numbers: &'static [usize],
    /// Whether the output is made as soon as the shape of the first input is known.
    pub makes: bool,
    /// The input that has the weights of a window.
    weights: Option<usize>,
    /// The input that has numbers for each axis of the output, and the least that they may be.
    list: Option<(usize, i32)>,
    /// The axes that are taken away or added.
    listed: Option<Listed>,
    /// The input that may not even be a list of one number.
    scalar: Option<usize>,
    /// The attribute `axis`, and by how much it may be beyond the last axis.
    axis: Option<(i64, i64)>,
    /// Whether it is one of the output's, too.
    of_output: bool,
}

/// A list of axes.
#[derive(Clone, Debug)]
struct Listed {
    /// As an attribute; as the second input if it is none.
    attribute: Option<Vec<i64>>,
    /// Whether the axes are those of the output.
    added: bool,
}

/// Refuses numbers that no extent can be; tract cuts some of these off after 32 bits.
fn within(numbers: &[i64], least: i32) -> TractResult<()> {
    let beyond = numbers.iter().find(|&&number| i32::try_from(number).map_or(true, |number| number < least));
    ensure!(beyond.is_none(), "numbers {numbers:?} are not all from {least} to {}", i32::MAX);
    Ok(())
}

/// The numbers in an input, as far as they are known.
fn given(fact: Option<&InferenceFact>) -> TractResult<Vec<i64>> {
    let Some(value) = fact.and_then(|fact| fact.value.concretize()) else { return Ok(Vec::new()) };
    let value = value.cast_to::<i64>()?;
    Ok(value.to_plain_array_view::<i64>()?.iter().copied().collect())
}

impl Demands {
    /// What a node's operator demands, which tract calls `name`.
    ///
    /// # Errors
    /// If the node says something that no input would fit.
    pub fn of(node: &NodeProto, name: &str) -> TractResult<Self> {
        let operator = node.op_type.as_str();
        if let Some(order) = node.get_attr_opt_vec::<i64>("perm")? {
            let is_permutation = (0..order.len() as i64).all(|axis| order.contains(&axis));
            ensure!(is_permutation, "perm {order:?} does not name each axis once");
        }
        if let Some(window) = node.get_attr_opt_vec::<i64>("kernel_shape")? {
            let places = window.iter().try_fold(1u64, |places, &extent| places.checked_mul(extent.unsigned_abs()));
            ensure!(places.is_some_and(|places| places <= WINDOW), "a window of {window:?} is too large");
        }
        for name in ATTRIBUTES {
            within(&node.get_attr_opt_vec::<i64>(name)?.unwrap_or_default(), i32::MIN).context(name)?;
        }
        let numbers = NUMBERS.iter().find(|(known, _)| *known == operator).map_or(&[][..], |(_, places)| places);
        let axis = match operator {
            _ if ANY_AXIS.contains(&operator) => None,
            "LayerNormalization" | "OneHot" => Some(node.get_attr_opt("axis")?.unwrap_or(-1)),
            _ => node.get_attr_opt("axis")?,
        };
        let added = operator == "Unsqueeze";
        let listed = (added || operator.starts_with("Reduce") || operator == "Squeeze").then_some(added);
        Ok(Self {
            makes: MADE.contains(&operator),
            weights: WEIGHTED.iter().find(|(known, _)| *known == operator).map(|&(_, place)| place),
            list: LISTS.iter().find(|(known, ..)| *known == operator).map(|&(_, place, least)| (place, least)),
            listed: match listed {
                Some(added) => Some(Listed { attribute: node.get_attr_opt_vec("axes")?, added }),
                None => None,
            },
            axes: AXES.iter().find(|(known, ..)| *known == name).map(|&(_, place, axes)| (place, axes)),
            numbers,
            scalar: (operator == "CumSum").then_some(1),
            of_output: OF_OUTPUT.contains(&operator),
            axis: axis.map(|axis| (axis, i64::from(ONE_MORE.contains(&operator)))),
        })
    }

    /// Checks what is known of the inputs.
    ///
    /// # Errors
    /// If one is not as the operator takes it to be.
    pub fn check(&self, inputs: &[&InferenceFact], outputs: &[&InferenceFact]) -> TractResult<()> {
        let rank = |place: usize| inputs.get(place).and_then(|fact| fact.shape.rank().concretize());
        if let Some((place, axes)) = self.axes {
            // What is known of the output may tell of the input.
            let made = outputs.first().filter(|_| place == 0).and_then(|fact| fact.shape.rank().concretize());
            for rank in rank(place).into_iter().chain(made) {
                ensure!(rank as usize >= axes, "it needs a tensor of {axes} or more axes, and is given one of {rank}");
            }
        }
        if let Some(shape) = self.weights.and_then(|place| inputs.get(place)?.shape.concretize()) {
            let window = shape.iter().skip(2).map(|extent| extent.to_usize().unwrap_or(0) as u64);
            let places = window.fold(1u64, u64::saturating_mul);
            ensure!(places <= WEIGHTS, "a window with weights of shape {shape:?} is too large");
        }
        if let Some((place, least)) = self.list
            && let Some(fact) = inputs.get(place).copied()
            && let Some(extent) = fact.shape.dim(0).and_then(|dim| dim.concretize())
        {
            let fits = extent.to_usize().is_ok_and(|extent| extent <= LONGEST);
            ensure!(fits, "its input {place} is a list of {extent} numbers, and {LONGEST} are the most");
            within(&given(Some(fact))?, least)?;
        }
        if let Some((listed, rank)) = self.listed.as_ref().zip(rank(0)) {
            let axes = listed.attribute.clone().map_or_else(|| given(inputs.get(1).copied()), Ok)?;
            let rank = if listed.added { rank + axes.len() as i64 } else { rank };
            let fits = axes.iter().all(|axis| (-rank..rank).contains(axis));
            ensure!(fits, "axes {axes:?} are not all of a tensor of {rank} axes");
        }
        if let Some((axis, beyond)) = self.axis {
            let made = outputs.first().filter(|_| self.of_output).and_then(|fact| fact.shape.rank().concretize());
            for rank in rank(0).map(|rank| rank + beyond).into_iter().chain(made) {
                ensure!((-rank..rank).contains(&axis), "axis {axis} is none of a tensor of {} axes", rank - beyond);
            }
        }
        if let (Some(place), Some(rank)) = (self.scalar, self.scalar.and_then(rank)) {
            ensure!(rank == 0, "its input {place} has {rank} axes and should be one number without any");
        }
        for &place in self.numbers {
            let value = inputs.get(place).and_then(|fact| fact.value.concretize());
            ensure!(value.is_none_or(|value| value.len() == 1), "its input {place} should be one number");
        }
        Ok(())
    }
}
