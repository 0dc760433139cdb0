//! Floats as integers and back: QuantizeLinear, DequantizeLinear and DynamicQuantizeLinear.

use super::{Input, Inputs, Native, Output, counted_axis};
use crate::draft::{Draft, Value};
use crate::linear::Integers;
use crate::lower::{Lowered, Node};
use maasm_plan::op::{self, BinaryKind, ReduceKind, Unary, byte_limits};
use maasm_plan::{ElementType, Op};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::tract_hir::internal::*;

#[derive(Debug)]
struct Linear {
    /// Whether integers come out.
    quantizes: bool,
    axis: i64,
    block: usize,
    /// What the model says that the output's type is.
    output: Option<DatumType>,
}

/// Reads the attributes of QuantizeLinear or DequantizeLinear.
///
/// # Errors
/// If an attribute has the wrong type, or names an element type that is not supported.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let output = match node.get_attr_opt::<i64>("output_dtype")?.unwrap_or(0) {
        0 => None,
        number => Some(datum_type(number).with_context(|| format!("output_dtype {number} is not supported"))?),
    };
    Ok(Arc::new(Linear {
        quantizes: node.op_type == "QuantizeLinear",
        axis: node.get_attr_opt("axis")?.unwrap_or(1),
        block: node.get_attr_opt("block_size")?.unwrap_or(0),
        output,
    }))
}

fn datum_type(number: i64) -> Option<DatumType> {
    Some(match DataType::try_from(i32::try_from(number).ok()?).ok()? {
        DataType::Float => DatumType::F32,
        DataType::Float16 => DatumType::F16,
        DataType::Double => DatumType::F64,
        DataType::Int8 => DatumType::I8,
        DataType::Uint8 => DatumType::U8,
        DataType::Int16 => DatumType::I16,
        DataType::Uint16 => DatumType::U16,
        _ => return None,
    })
}

impl Linear {
    /// Scale or zero point, as it goes along the input's axes.
    fn spread(&self, name: &str, value: Value, shape: &[usize], draft: &mut Draft) -> Lowered {
        let rank = shape.len();
        if value.shape.iter().product::<usize>() == 1 {
            return Ok(Value { buffer: value.buffer, shape: vec![], order: vec![] });
        }
        let axis = counted_axis(self.axis, rank)?;
        if self.block > 0 && value.shape.len() == rank {
            if value.shape[axis] != shape[axis].div_ceil(self.block) {
                let block = self.block;
                return Err(format!("its scale {:?} does not fit blocks of {block} in {shape:?}", value.shape));
            }
            draft.allow(shape[axis])?;
            let places: Vec<i64> = (0..shape[axis]).map(|place| (place / self.block) as i64).collect();
            return Ok(draft.pick(name, &value, axis, &places));
        }
        if value.shape != [shape[axis]] {
            return Err(format!("its scale {:?} does not fit axis {axis} of {shape:?}", value.shape));
        }
        let mut along = vec![1; rank];
        along[axis] = shape[axis];
        Ok(Value { buffer: value.buffer, order: (0..rank).collect(), shape: along })
    }
}

impl Linear {
    /// How bytes stand for numbers, if one scale and one zero point do for all and are known.
    fn of_all(&self, node: &Node, at: &Inputs<usize>, bytes: ElementType) -> Option<op::Linear> {
        let (least, greatest) = byte_limits(bytes).ok()?;
        let number = |place: usize| -> Option<f32> {
            let constant = node.constant(place).filter(|constant| constant.len() == 1)?;
            constant.cast_to::<f32>().ok()?.to_plain_array_view::<f32>().ok()?.first().copied()
        };
        let scale = number(1)?;
        let zero = at.get(2).copied().flatten().map_or(Some(0.0), number)?;
        let is_sound = scale.is_finite() && scale > 0.0 && (f32::from(least)..=f32::from(greatest)).contains(&zero);
        is_sound.then_some(op::Linear { scale, zero: zero as i16 })
    }

    /// Constant bytes of several axes, which are weights, as integers and what they stand for.
    fn integers(&self, node: &Node, at: &Inputs<usize>) -> Option<Integers> {
        let (bytes, scales) = (node.constant(0)?, node.constant(1)?);
        let zeros = match at.get(2).copied().flatten() {
            Some(place) => Some(&**node.constant(place)?),
            None => None,
        };
        if bytes.rank() < 2 || self.block > 0 {
            return None;
        }
        Integers::new(bytes, scales, zeros, counted_axis(self.axis, bytes.rank()).ok()?)
    }
}

/// The least and the greatest number of an integer type, as floats.
pub fn limits(element_type: ElementType) -> Result<(f32, f32), String> {
    Ok(match element_type {
        ElementType::I8 => (-128.0, 127.0),
        ElementType::U8 => (0.0, 255.0),
        ElementType::I16 => (-32768.0, 32767.0),
        ElementType::U16 => (0.0, 65535.0),
        other => return Err(format!("quantisation to {other:?} is not supported")),
    })
}

/// `round(x / scale) + zero point`, within the type's range.
pub fn quantized(
    name: &str,
    x: &Value,
    scale: &Value,
    zero: Option<&Value>,
    element_type: ElementType,
    draft: &mut Draft,
) -> Lowered {
    let (low, high) = limits(element_type)?;
    let scaled = draft.combine(name, BinaryKind::Div, x, scale, &x.shape)?;
    let rounded = draft.activate(name, &scaled, Unary::Round);
    let moved = match zero {
        Some(zero) => draft.combine(name, BinaryKind::Add, &rounded, zero, &x.shape)?,
        None => rounded,
    };
    let within = draft.activate(name, &moved, Unary::Clamp { low, high });
    Ok(draft.cast(name, &within, element_type))
}

/// `(q − zero point)` as f32.
pub fn centred(name: &str, q: &Value, zero: Option<&Value>, draft: &mut Draft) -> Lowered {
    let floats = draft.cast(name, q, ElementType::F32);
    match zero {
        Some(zero) => draft.combine(name, BinaryKind::Sub, &floats, zero, &q.shape),
        None => Ok(floats),
    }
}

impl Native for Linear {
    fn name(&self) -> &'static str {
        if self.quantizes { "QuantizeLinear" } else { "DequantizeLinear" }
    }

    fn is_elementwise(&self) -> bool {
        true
    }

    fn is_kept(&self, inputs: &Inputs<Input>) -> bool {
        let is_bytes =
            |input: &Input| matches!(input.datum_type, DatumType::I8 | DatumType::U8) && input.shape.len() > 1;
        !self.quantizes && inputs.first().and_then(Option::as_ref).is_some_and(is_bytes)
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let [Some(x), Some(scale), rest @ ..] = &inputs[..] else { return Err("it needs two inputs".into()) };
        let zero = rest.first().and_then(Option::as_ref);
        let made = match (self.output, self.quantizes) {
            (Some(output), _) => output,
            (None, true) => zero.map_or(DatumType::U8, |zero| zero.datum_type),
            (None, false) => scale.datum_type,
        };
        Ok(Some(vec![(made, x.shape.clone())]))
    }

    fn lower(&self, node: &Node, at: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        if !self.quantizes
            && let Some(integers) = self.integers(node, at)
        {
            return draft.dequantized(&node.shape, integers);
        }
        let x = node.value(0, draft);
        let shape = x.shape.clone();
        if self.quantizes
            && let Some(linear) = self.of_all(node, at, node.element_type)
        {
            let x = draft.cast(node.name, &x, ElementType::F32);
            let output = draft.typed(node.element_type, shape, x.order.clone());
            draft.push_unary(node.name, Op::QuantizeLinear(linear), &x, &output);
            return Ok(output);
        }
        if !self.quantizes
            && let Some(linear) = self.of_all(node, at, draft.element_type(&x))
        {
            let output = draft.value(shape, x.order.clone());
            draft.push_unary(node.name, Op::DequantizeLinear(linear), &x, &output);
            return Ok(output);
        }
        let scale = node.value(1, draft);
        let scale = draft.cast(node.name, &scale, ElementType::F32);
        let scale = self.spread(node.name, scale, &shape, draft)?;
        let zero = match at.get(2).copied().flatten() {
            Some(place) => {
                let zero = node.value(place, draft);
                let zero = draft.cast(node.name, &zero, ElementType::F32);
                Some(self.spread(node.name, zero, &shape, draft)?)
            }
            None => None,
        };
        if self.quantizes {
            let x = draft.cast(node.name, &x, ElementType::F32);
            return quantized(node.name, &x, &scale, zero.as_ref(), node.element_type, draft);
        }
        let centred = centred(node.name, &x, zero.as_ref(), draft)?;
        draft.combine(node.name, BinaryKind::Mul, &centred, &scale, &shape)
    }
}

/// DynamicQuantizeLinear: scale and zero point are found from the input itself.
#[derive(Debug)]
struct Dynamic;

/// DynamicQuantizeLinear has no attributes.
///
/// # Errors
/// Never.
pub fn read_dynamic(_: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    Ok(Arc::new(Dynamic))
}

impl Native for Dynamic {
    fn name(&self) -> &'static str {
        "DynamicQuantizeLinear"
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let x = inputs.first().cloned().flatten().ok_or("it has no input")?;
        let numbers = [(DatumType::F32, vec![]), (DatumType::U8, vec![])];
        Ok(Some([(DatumType::U8, x.shape)].into_iter().chain(numbers).collect()))
    }

    fn lower(&self, node: &Node, _: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let name = node.name;
        let x = node.value(0, draft);
        let extent = x.shape.iter().product::<usize>() as u32;
        let mut extreme = |kind: ReduceKind, bound: BinaryKind| -> Lowered {
            let found = draft.typed(ElementType::F32, vec![], vec![]);
            draft.push_unary(name, Op::Reduce(op::Reduce { kind, outer: 1, extent, inner: 1 }), &x, &found);
            let zero = draft.table(&[], &[0.0f32]);
            draft.combine(name, bound, &found, &zero, &[])
        };
        let (low, high) = (extreme(ReduceKind::Min, BinaryKind::Min)?, extreme(ReduceKind::Max, BinaryKind::Max)?);
        let range = draft.combine(name, BinaryKind::Sub, &high, &low, &[])?;
        let (none, one) = (draft.table(&[], &[0.0f32]), draft.table(&[], &[1.0f32]));
        let flat = draft.combine(name, BinaryKind::Equal, &range, &none, &[])?;
        let range = draft.select(name, [&flat, &one, &range], &[]);
        let steps = draft.table(&[], &[255.0f32]);
        let scale = draft.combine(name, BinaryKind::Div, &range, &steps, &[])?;
        if node.slot == 1 {
            return Ok(scale);
        }
        let zero = draft.combine(name, BinaryKind::Div, &low, &scale, &[])?;
        let zero = draft.activate(name, &zero, Unary::Neg);
        let zero = draft.activate(name, &zero, Unary::Clamp { low: 0.0, high: 255.0 });
        let zero = draft.activate(name, &zero, Unary::Round);
        match node.slot {
            0 => quantized(name, &x, &scale, Some(&zero), ElementType::U8, draft),
            _ => Ok(draft.cast(name, &zero, ElementType::U8)),
        }
    }
}
