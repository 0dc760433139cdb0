//! Element by element, with broadcasting.

use crate::graph::{Builder, Value, float, int};
use tract_onnx::pb::tensor_proto::DataType;

const SAFE: [&str; 18] = [
    "Abs",
    "Neg",
    "Relu",
    "Sigmoid",
    "Tanh",
    "Elu",
    "Selu",
    "Softplus",
    "Softsign",
    "LeakyRelu",
    "HardSigmoid",
    "HardSwish",
    "Erf",
    "Atan",
    "Celu",
    "ThresholdedRelu",
    "Identity",
    "Asinh",
];

/// A function of one value.
pub fn unary(b: &mut Builder) -> Option<()> {
    let x = b.floats(0..=5)?;
    if b.random.chance(3) {
        return bounded(b, &x);
    }
    let operator = b.random.one_of(&SAFE);
    let attributes = match operator {
        "LeakyRelu" | "Elu" | "Celu" => vec![float("alpha", b.random.float(0.1, 1.0))],
        // It jumps there: kept apart from values that are whole.
        "ThresholdedRelu" => vec![float("alpha", 0.3137)],
        _ => vec![],
    };
    b.node(operator, &[&x.name], attributes, &x.shape)?;
    Some(())
}

/// A function that grows fast or is not defined everywhere, of a value that was brought into its range.
fn bounded(b: &mut Builder, x: &Value) -> Option<()> {
    let t = b.node("Tanh", &[&x.name], vec![], &x.shape)?;
    let operator =
        b.random.one_of(&["Exp", "Sin", "Cos", "Sinh", "Cosh", "Log", "Sqrt", "Reciprocal", "Floor", "Ceil"]);
    let argument = match operator {
        "Log" | "Sqrt" | "Reciprocal" => {
            let one = b.float_constant(&[], &[1.5]);
            b.node("Add", &[&t.name, &one], vec![], &x.shape)?
        }
        "Floor" | "Ceil" => {
            let odd = b.float_constant(&[], &[0.3137]);
            b.node("Add", &[&t.name, &odd], vec![], &x.shape)?
        }
        _ => t,
    };
    b.node(operator, &[&argument.name], vec![], &x.shape)?;
    Some(())
}

/// What two shapes come to together, if they fit.
fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let extent = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |axis| shape[axis]);
    let together = |axis| match (extent(a, axis), extent(b, axis)) {
        (a, b) if a == b || b == 1 => Some(a),
        (1, b) => Some(b),
        _ => None,
    };
    (0..rank).map(together).collect()
}

/// Two computed values that fit together.
pub fn binary(b: &mut Builder) -> Option<()> {
    let x = b.floats(0..=5)?;
    let y = b.pick_where(|y| y.kind == DataType::Float && broadcast(&x.shape, &y.shape).is_some())?;
    let shape = broadcast(&x.shape, &y.shape)?;
    let operator = b.random.one_of(&["Add", "Add", "Sub", "Mul", "Max", "Min", "Div", "Sum", "Mean"]);
    let right = match operator {
        "Mul" => b.node("Tanh", &[&y.name], vec![], &y.shape)?,
        "Div" => {
            let positive = b.node("Sigmoid", &[&y.name], vec![], &y.shape)?;
            let half = b.float_constant(&[1], &[0.5]);
            let shape = if y.shape.is_empty() { vec![1] } else { y.shape.clone() };
            if y.shape.is_empty() && x.shape.is_empty() {
                return None;
            }
            b.node("Add", &[&positive.name, &half], vec![], &shape)?
        }
        _ => y,
    };
    b.node(operator, &[&x.name, &right.name], vec![], &shape)?;
    Some(())
}

/// A computed value and a constant of a shape that is spread over it, or the other way round.
pub fn with_constant(b: &mut Builder) -> Option<()> {
    let x = b.floats(0..=5)?;
    let keep = b.random.below(x.shape.len() + 1);
    let mut shape = x.shape[keep..].to_vec();
    for extent in &mut shape {
        if b.random.chance(2) {
            *extent = 1;
        }
    }
    let operator = b.random.one_of(&["Add", "Mul", "Sub", "Div", "PRelu", "Pow", "Max", "Min"]);
    let (low, high) = if operator == "Div" { (0.5, 1.5) } else { (-1.0, 1.0) };
    let constant = if operator == "Pow" { b.float_constant(&[], &[2.0]) } else { b.weights(&shape, low, high) };
    let x = if operator == "Pow" { b.node("Tanh", &[&x.name], vec![], &x.shape)? } else { x };
    let inputs = [x.name.as_str(), constant.as_str()];
    let swap = matches!(operator, "Add" | "Mul" | "Sub" | "Max" | "Min") && b.random.chance(2);
    let inputs = if swap { [inputs[1], inputs[0]] } else { inputs };
    b.node(operator, &inputs, vec![], &x.shape)?;
    Some(())
}

/// Whole numbers.
pub fn integers(b: &mut Builder) -> Option<()> {
    let x = b.pick(DataType::Int64, 1..=5)?;
    let output = [(DataType::Int64, x.shape.clone())];
    let operator = b.random.one_of(&["Add", "Sub", "Max", "Min", "Abs", "Neg", "Sign", "Mul", "Div", "Mod"]);
    match operator {
        "Abs" | "Neg" | "Sign" => b.typed(operator, &[&x.name], vec![], &output)?,
        "Mul" | "Div" | "Mod" => {
            let by = b.random.between(1, 4) as i64;
            let by = b.integers(&[by]);
            b.typed(operator, &[&x.name, &by], vec![], &output)?
        }
        _ => {
            let y = b.pick_where(|y| y.kind == DataType::Int64 && broadcast(&x.shape, &y.shape).is_some())?;
            let shape = broadcast(&x.shape, &y.shape)?;
            b.typed(operator, &[&x.name, &y.name], vec![], &[(DataType::Int64, shape)])?
        }
    };
    Some(())
}

/// A comparison, logic on what comes of it, and a choice by that.
pub fn choice(b: &mut Builder) -> Option<()> {
    let x = b.pick_where(|x| matches!(x.kind, DataType::Float | DataType::Int64))?;
    let operator = b.random.one_of(&["Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Equal"]);
    let truth = |shape: &[usize]| [(DataType::Bool, shape.to_vec())];
    let right = match x.kind {
        // No value is as odd as this by design.
        DataType::Float => {
            let odd = b.random.float(-0.5, 0.5) + 0.000_313_7;
            if operator == "Equal" {
                return None;
            }
            b.float_constant(&[], &[odd])
        }
        _ => {
            let bound = b.random.below(9) as i64 - 4;
            if x.shape.is_empty() {
                return None;
            }
            b.integers(&[bound])
        }
    };
    let mut decision = b.typed(operator, &[&x.name, &right], vec![], &truth(&x.shape))?.remove(0);
    if b.random.chance(2) {
        decision = b.typed("Not", &[&decision.name], vec![], &truth(&x.shape))?.remove(0);
    }
    if let Some(other) = b.pick_where(|y| y.kind == DataType::Bool && broadcast(&x.shape, &y.shape).is_some()) {
        let operator = b.random.one_of(&["And", "Or", "Xor"]);
        let shape = broadcast(&decision.shape, &other.shape)?;
        decision = b.typed(operator, &[&decision.name, &other.name], vec![], &truth(&shape))?.remove(0);
    }
    let a = b.pick_where(|a| a.kind != DataType::Bool && broadcast(&decision.shape, &a.shape).is_some())?;
    let shape = broadcast(&decision.shape, &a.shape)?;
    let c = b.pick_where(|c| c.kind == a.kind && broadcast(&shape, &c.shape).is_some())?;
    let shape = broadcast(&shape, &c.shape)?;
    b.typed("Where", &[&decision.name, &a.name, &c.name], vec![], &[(a.kind, shape)])?;
    Some(())
}

/// From one type to another.
pub fn cast(b: &mut Builder) -> Option<()> {
    let x = b.pick_where(|_| true)?;
    let to = match x.kind {
        DataType::Float => DataType::Int64,
        _ => DataType::Float,
    };
    let mut from = x.clone();
    if x.kind == DataType::Float {
        // Not whole, so that the rounding is not about a last digit.
        let [odd, more] = [0.3137, 3.7].map(|value| b.float_constant(&[], &[value]));
        let bounded = b.node("Softsign", &[&x.name], vec![], &x.shape)?;
        let larger = b.node("Mul", &[&bounded.name, &more], vec![], &x.shape)?;
        from = b.node("Add", &[&larger.name, &odd], vec![], &x.shape)?;
    }
    b.typed("Cast", &[&from.name], vec![int("to", to as i64)], &[(to, x.shape)])?;
    Some(())
}

/// Kept between two bounds.
pub fn clip(b: &mut Builder) -> Option<()> {
    let x = b.floats(1..=5)?;
    let low = b.float_constant(&[], &[-0.7]);
    let high = b.float_constant(&[], &[0.9]);
    let inputs = b.random.one_of(&[[x.name.as_str(), &low, &high], [&x.name, "", &high], [&x.name, &low, ""]]);
    b.node("Clip", &inputs, vec![], &x.shape)?;
    Some(())
}
