//! Reductions and the places of extremes, of every element type.

use super::{Input, Inputs, Native, Output, counted_axis, numbers};
use crate::draft::{Draft, Value};
use crate::lower::carry::Handling;
use crate::lower::{Lowered, Node, reduce};
use maasm_plan::ElementType;
use maasm_plan::op::{BinaryKind, ReduceKind, Unary};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct Reduction {
    function: Function,
    /// The axes, if the node says them itself.
    axes: Option<Vec<i64>>,
    keep: bool,
    /// Whether nothing is reduced where no axes are told, else everything.
    none_without_axes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Function {
    Plain(ReduceKind),
    /// The sum of sizes.
    L1,
    /// The root of the sum of squares.
    L2,
    LogSum,
    LogSumExp,
}

/// The operators that are read here.
pub const OPERATORS: [&str; 12] = [
    "ArgMax",
    "ArgMin",
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "ReduceSumSquare",
];

/// Reads the attributes of any of them.
///
/// # Errors
/// If one has the wrong type.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let last = node.get_attr_opt::<i64>("select_last_index")?.unwrap_or(0) != 0;
    let finds = node.op_type.starts_with("Arg");
    let function = match (node.op_type.as_str(), last) {
        ("ArgMax", false) => Function::Plain(ReduceKind::ArgMax),
        ("ArgMax", true) => Function::Plain(ReduceKind::ArgMaxLast),
        ("ArgMin", false) => Function::Plain(ReduceKind::ArgMin),
        ("ArgMin", true) => Function::Plain(ReduceKind::ArgMinLast),
        ("ReduceL1", _) => Function::L1,
        ("ReduceL2", _) => Function::L2,
        ("ReduceLogSum", _) => Function::LogSum,
        ("ReduceLogSumExp", _) => Function::LogSumExp,
        ("ReduceMax", _) => Function::Plain(ReduceKind::Max),
        ("ReduceMean", _) => Function::Plain(ReduceKind::Mean),
        ("ReduceMin", _) => Function::Plain(ReduceKind::Min),
        ("ReduceProd", _) => Function::Plain(ReduceKind::Product),
        ("ReduceSum", _) => Function::Plain(ReduceKind::Sum),
        ("ReduceSumSquare", _) => Function::Plain(ReduceKind::SumOfSquares),
        (other, _) => bail!("{other} is no reduction"),
    };
    let axes = match finds {
        true => Some(vec![node.get_attr_opt("axis")?.unwrap_or(0)]),
        false => node.get_attr_opt_vec("axes")?,
    };
    let none_without_axes = node.get_attr_opt::<i64>("noop_with_empty_axes")?.unwrap_or(0) != 0;
    let keep = node.get_attr_opt::<i64>("keepdims")?.unwrap_or(1) != 0;
    Ok(Arc::new(Reduction { function, axes, keep, none_without_axes }))
}

impl Reduction {
    /// The axes that are reduced; nothing if they are not known yet.
    fn axes(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<usize>>, String> {
        let rank = inputs.first().and_then(Option::as_ref).ok_or("it has no input")?.shape.len();
        let told = match (&self.axes, inputs.get(1).and_then(Option::as_ref)) {
            (Some(axes), _) => axes.clone(),
            (None, Some(Input { value: Some(value), .. })) => numbers(value)?,
            (None, Some(input)) if input.shape == [0] => Vec::new(),
            (None, Some(_)) => return Ok(None),
            (None, None) => Vec::new(),
        };
        if told.is_empty() && !self.none_without_axes {
            return Ok(Some((0..rank).collect()));
        }
        let mut axes = told.into_iter().map(|axis| counted_axis(axis, rank)).collect::<Result<Vec<_>, _>>()?;
        axes.sort_unstable();
        axes.dedup();
        Ok(Some(axes))
    }

    /// The value, reduced; the reduced axes have an extent of 1.
    fn reduced(&self, name: &str, value: &Value, axes: &[usize], draft: &mut Draft) -> Lowered {
        let element_type = draft.element_type(value);
        let float = |value: &Value, draft: &mut Draft| draft.cast(name, value, ElementType::F32);
        let apply = |kind: ReduceKind, value: &Value, draft: &mut Draft| reduce::over(name, kind, axes, value, draft);
        let result = match self.function {
            Function::Plain(kind) => return apply(kind, value, draft),
            Function::L1 => {
                let size = draft.activate(name, value, Unary::Abs);
                return apply(ReduceKind::Sum, &size, draft);
            }
            Function::L2 => {
                let sum = apply(ReduceKind::SumOfSquares, value, draft)?;
                let sum = float(&sum, draft);
                draft.activate(name, &sum, Unary::Sqrt)
            }
            Function::LogSum => {
                let sum = apply(ReduceKind::Sum, value, draft)?;
                let sum = float(&sum, draft);
                draft.activate(name, &sum, Unary::Log)
            }
            Function::LogSumExp => {
                // Less the greatest, so that no power is too large.
                let value = float(value, draft);
                let most = apply(ReduceKind::Max, &value, draft)?;
                let most = draft.activate(name, &most, Unary::Clamp { low: f32::MIN, high: f32::MAX });
                let less = draft.combine(name, BinaryKind::Sub, &value, &most, &value.shape)?;
                let power = draft.activate(name, &less, Unary::Exp);
                let sum = apply(ReduceKind::Sum, &power, draft)?;
                let logarithm = draft.activate(name, &sum, Unary::Log);
                draft.combine(name, BinaryKind::Add, &logarithm, &most, &most.shape)?
            }
        };
        Ok(draft.cast(name, &result, element_type))
    }
}

impl Native for Reduction {
    fn name(&self) -> &'static str {
        match self.function {
            Function::L1 => "ReduceL1",
            Function::L2 => "ReduceL2",
            Function::LogSum => "ReduceLogSum",
            Function::LogSumExp => "ReduceLogSumExp",
            Function::Plain(ReduceKind::ArgMax | ReduceKind::ArgMaxLast) => "ArgMax",
            Function::Plain(ReduceKind::ArgMin | ReduceKind::ArgMinLast) => "ArgMin",
            Function::Plain(ReduceKind::Max) => "ReduceMax",
            Function::Plain(ReduceKind::Mean) => "ReduceMean",
            Function::Plain(ReduceKind::Min) => "ReduceMin",
            Function::Plain(ReduceKind::Product) => "ReduceProd",
            Function::Plain(ReduceKind::Sum) => "ReduceSum",
            Function::Plain(ReduceKind::SumOfSquares) => "ReduceSumSquare",
        }
    }

    fn handling(&self) -> Handling {
        match self.function {
            Function::Plain(ReduceKind::Max | ReduceKind::Min) => Handling::Compares,
            Function::Plain(kind) if kind.finds() => Handling::Compares,
            _ => Handling::Computes,
        }
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let Some(axes) = self.axes(inputs)? else { return Ok(None) };
        let input = inputs.first().cloned().flatten().ok_or("it has no input")?;
        let along = input.shape.iter().enumerate();
        let shape = match self.keep {
            true => along.map(|(axis, &extent)| if axes.contains(&axis) { 1 } else { extent }).collect(),
            false => along.filter(|(axis, _)| !axes.contains(axis)).map(|(_, &extent)| extent).collect(),
        };
        let finds = matches!(self.function, Function::Plain(kind) if kind.finds());
        let sums = !matches!(self.function, Function::Plain(ReduceKind::Max | ReduceKind::Min));
        if input.datum_type == DatumType::Bool && (finds || sums) {
            return Err("it is not defined for truth values".into());
        }
        Ok(Some(vec![(if finds { DatumType::I64 } else { input.datum_type }, shape)]))
    }

    fn lower(&self, node: &Node, at: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let given: Inputs<Input> = at.iter().map(|place| place.map(|place| node.given(place, draft))).collect();
        let axes = self.axes(&given)?.ok_or("which axes it reduces is computed at run time")?;
        let value = node.value(0, draft);
        let finds = matches!(self.function, Function::Plain(kind) if kind.finds());
        let same = matches!(self.function, Function::Plain(kind) if kind != ReduceKind::SumOfSquares);
        if axes.is_empty() && same && !finds {
            return Ok(value);
        }
        let wide = draft.element_type(&value) == ElementType::F64 && !value.shape.contains(&0);
        let mut result = match wide {
            true => {
                let keys = draft.keys(node.name, &value)?;
                let result = self.reduced(node.name, &keys, &axes, draft)?;
                if finds { result } else { draft.of_keys(node.name, &result)? }
            }
            false => self.reduced(node.name, &value, &axes, draft)?,
        };
        if !self.keep {
            for &axis in axes.iter().rev() {
                result = result.without(axis);
            }
        }
        Ok(result)
    }
}
