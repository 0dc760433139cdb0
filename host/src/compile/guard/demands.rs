//! What an operator takes for granted of its node and its inputs, and tract does not check.

use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

/// How many axes an input has at least, by what tract calls the operator: its rules read them unchecked.
const AXES: [(&str, usize, usize); 5] =
    [("BatchNorm", 0, 2), ("ConvHir", 0, 3), ("ConvTranspose", 0, 3), ("SumPool", 0, 3), ("GatherNd", 1, 1)];

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

/// Operators whose attribute `axis` may be one more than the axes of their first input.
const ONE_MORE: [&str; 2] = ["Flatten", "OneHot"];
/// Operators whose attribute `axis` may be anything for some inputs.
const ANY_AXIS: [&str; 3] = ["DequantizeLinear", "QuantizeLinear", "Unique"];

/// More places than this in a window are taken for a mistake.
const WINDOW: u64 = 1 << 20;

/// What is demanded of a node's inputs.
#[derive(Clone, Debug)]
pub struct Demands {
    axes: Option<(usize, usize)>,
    numbers: &'static [usize],
    /// The input that may not even be a list of one number.
    scalar: Option<usize>,
    /// The attribute `axis`, and by how much it may be beyond the last axis.
    axis: Option<(i64, i64)>,
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
        let numbers = NUMBERS.iter().find(|(known, _)| *known == operator).map_or(&[][..], |(_, places)| places);
        let axis = match operator {
            _ if ANY_AXIS.contains(&operator) => None,
            "LayerNormalization" => Some(node.get_attr_opt("axis")?.unwrap_or(-1)),
            _ => node.get_attr_opt("axis")?,
        };
        Ok(Self {
            axes: AXES.iter().find(|(known, ..)| *known == name).map(|&(_, place, axes)| (place, axes)),
            numbers,
            scalar: (operator == "CumSum").then_some(1),
            axis: axis.map(|axis| (axis, i64::from(ONE_MORE.contains(&operator)))),
        })
    }

    /// Checks what is known of the inputs.
    ///
    /// # Errors
    /// If one is not as the operator takes it to be.
    pub fn check(&self, inputs: &[&InferenceFact]) -> TractResult<()> {
        let rank = |place: usize| inputs.get(place).and_then(|fact| fact.shape.rank().concretize());
        if let Some((place, axes)) = self.axes
            && let Some(rank) = rank(place)
        {
            ensure!(rank as usize >= axes, "it needs a tensor of {axes} or more axes, and is given one of {rank}");
        }
        if let Some((axis, beyond)) = self.axis
            && let Some(rank) = rank(0)
        {
            let fits = (-rank - beyond..rank + beyond).contains(&axis);
            ensure!(fits, "axis {axis} is none of a tensor of {rank} axes");
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
