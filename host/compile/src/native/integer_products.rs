//! Products of quantised tensors: MatMulInteger, ConvInteger, QLinearMatMul and QLinearConv.
//!
//! They are computed as f32 products of integers, which is exact as long as sums stay below 2²⁴; where whole sums come
//! out and may be larger, products of matrices are computed with integers instead.

use super::attributes::Attributes;
use super::quantize::centred;
use super::{Input, Inputs, Native, Output};
use crate::draft::{Draft, Value};
use crate::lower::{Lowered, Node, conv, einsum};
use maasm_plan::ElementType;
use maasm_plan::op::{BinaryKind, Unary};
use std::sync::Arc;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

/// The largest sum of whole numbers that f32 computes exactly.
const EXACT: usize = 1 << 24;

#[derive(Debug)]
struct Product {
    /// Whether sums are scaled and rounded to integers of few bits again.
    requantizes: bool,
    /// The window, of a convolution.
    window: Option<Attributes>,
}

/// Reads the attributes of any of them.
///
/// # Errors
/// If an attribute has the wrong type or is not defined.
pub fn read(node: &NodeProto, _: i64) -> TractResult<Arc<dyn Native>> {
    let is_convolution = matches!(node.op_type.as_str(), "ConvInteger" | "QLinearConv");
    let window = is_convolution.then(|| Attributes::read(node)).transpose()?;
    Ok(Arc::new(Product { requantizes: node.op_type.starts_with('Q'), window }))
}

/// Where the operands stand.
struct Places {
    a: Quantized,
    b: Quantized,
    y: Option<Quantized>,
    bias: Option<usize>,
}

struct Quantized {
    value: usize,
    scale: Option<usize>,
    zero: Option<usize>,
}

impl Product {
    fn places(&self, at: &Inputs<usize>) -> Result<Places, String> {
        let get = |place: usize| at.get(place).copied().flatten();
        let need = |place: usize| get(place).ok_or_else(|| format!("input {place} is missing"));
        if !self.requantizes {
            return Ok(Places {
                a: Quantized { value: need(0)?, scale: None, zero: get(2) },
                b: Quantized { value: need(1)?, scale: None, zero: get(3) },
                y: None,
                bias: None,
            });
        }
        Ok(Places {
            a: Quantized { value: need(0)?, scale: get(1), zero: get(2) },
            b: Quantized { value: need(3)?, scale: get(4), zero: get(5) },
            y: Some(Quantized { value: need(6)?, scale: get(6), zero: get(7) }),
            bias: get(8),
        })
    }

    fn shape(&self, a: &[usize], b: &[usize]) -> Result<Vec<usize>, String> {
        match &self.window {
            Some(attributes) => {
                let slides = attributes.slides(a, b.get(2..).unwrap_or_default())?;
                let groups = attributes.groups;
                if groups == 0 || b[1].checked_mul(groups) != Some(a[1]) || !b[0].is_multiple_of(groups) {
                    return Err(format!("weights of {b:?} in {groups} groups do not go with an input of {a:?}"));
                }
                Ok([a[0], b[0]].into_iter().chain(slides.iter().map(|slide| slide.out)).collect())
            }
            None => einsum::matrix_product_shape(a, b),
        }
    }

    /// Zero points and scales go along the last axis of the second matrix, the rows of the first one, or the output
    /// channels of a convolution.
    fn spread(&self, value: Value, rank: usize, of_rows: bool) -> Value {
        let extent: usize = value.shape.iter().product();
        if extent == 1 {
            return Value { buffer: value.buffer, shape: vec![], order: vec![] };
        }
        if value.shape.len() > 1 {
            return value;
        }
        let mut shape = vec![1; rank];
        let axis = match (&self.window, of_rows) {
            (Some(_), _) => 0,
            (None, true) => rank - 2,
            (None, false) => rank - 1,
        };
        shape[axis] = extent;
        Value { buffer: value.buffer, order: (0..rank).collect(), shape }
    }

    fn operand(&self, node: &Node, operand: &Quantized, of_rows: bool, draft: &mut Draft) -> Lowered {
        let value = node.value(operand.value, draft);
        let zero = match operand.zero {
            Some(place) => {
                let zero = node.value(place, draft);
                let zero = draft.cast(node.name, &zero, ElementType::F32);
                Some(self.spread(zero, value.shape.len(), of_rows))
            }
            None => None,
        };
        centred(node.name, &value, zero.as_ref(), draft)
    }

    /// Scales of the output's channels or columns.
    fn factor(&self, node: &Node, places: &Places, draft: &mut Draft) -> Result<Value, String> {
        let rank = node.shape.len();
        let mut scale = |operand: &Quantized, of_rows: bool| -> Lowered {
            let place = operand.scale.ok_or("a scale is missing")?;
            let value = node.value(place, draft);
            let value = draft.cast(node.name, &value, ElementType::F32);
            let spread = self.spread(value, rank, of_rows);
            // A convolution's channels are the output's second axis.
            if self.window.is_some() && !spread.shape.is_empty() {
                let mut shape = vec![1; rank];
                shape[1] = spread.shape[0];
                return Ok(Value { buffer: spread.buffer, order: (0..rank).collect(), shape });
            }
            Ok(spread)
        };
        let (a, b) = (scale(&places.a, true)?, scale(&places.b, false)?);
        let y = match &places.y {
            Some(y) => scale(y, false)?,
            None => return Err("a scale is missing".into()),
        };
        let shape = einsum::broadcast(&[&a.shape, &b.shape])?;
        let both = draft.combine(node.name, BinaryKind::Mul, &a, &b, &shape)?;
        let shape = einsum::broadcast(&[&shape, &y.shape])?;
        draft.combine(node.name, BinaryKind::Div, &both, &y, &shape)
    }
}

impl Native for Product {
    fn name(&self) -> &'static str {
        match (self.requantizes, self.window.is_some()) {
            (true, true) => "QLinearConv",
            (true, false) => "QLinearMatMul",
            (false, true) => "ConvInteger",
            (false, false) => "MatMulInteger",
        }
    }

    fn outputs(&self, inputs: &Inputs<Input>) -> Result<Option<Vec<Output>>, String> {
        let get = |place: usize| inputs.get(place).and_then(Option::as_ref);
        let second = if self.requantizes { 3 } else { 1 };
        let (Some(a), Some(b)) = (get(0), get(second)) else { return Err("it needs two tensors".into()) };
        let made = match (self.requantizes, get(7)) {
            (true, zero) => zero.map_or(a.datum_type, |zero| zero.datum_type),
            (false, _) => DatumType::I32,
        };
        Ok(Some(vec![(made, self.shape(&a.shape, &b.shape)?)]))
    }

    fn lower(&self, node: &Node, at: &Inputs<usize>, draft: &mut Draft) -> Lowered {
        let places = self.places(at)?;
        let a = self.operand(node, &places.a, true, draft)?;
        let b = self.operand(node, &places.b, false, draft)?;
        let sums = match &self.window {
            Some(attributes) => {
                let slides = attributes.slides(&a.shape, &b.shape[2..])?;
                let terms: usize = b.shape[1..].iter().product();
                if !self.requantizes && terms * 255 * 255 >= EXACT {
                    return Err(format!("sums of {terms} products may be too large to be exact"));
                }
                let weights = conv::Weights::of(&b, draft);
                let none = vec![0.0; b.shape[0]];
                conv::convolve(node.name, &a, &weights, slides, attributes.groups, none, draft)?
            }
            None => {
                let terms = a.shape.last().copied().unwrap_or(1);
                if !self.requantizes && terms * 255 * 255 >= EXACT {
                    let [a, b] = [&a, &b].map(|value| draft.cast(node.name, value, ElementType::I32));
                    return einsum::matrix_product(node.name, &a, &b, &node.shape, draft);
                }
                einsum::matrix_product(node.name, &a, &b, &node.shape, draft)?
            }
        };
        let Some(y) = &places.y else { return Ok(draft.cast(node.name, &sums, ElementType::I32)) };
        let sums = match places.bias {
            Some(place) => {
                let bias = node.value(place, draft);
                let bias = draft.cast(node.name, &bias, ElementType::F32);
                conv::add_later(&sums, Some(bias), node, draft)?
            }
            None => sums,
        };
        let factor = self.factor(node, &places, draft)?;
        let scaled = draft.combine(node.name, BinaryKind::Mul, &sums, &factor, &node.shape)?;
        let rounded = draft.activate(node.name, &scaled, Unary::Round);
        let moved = match y.zero {
            Some(place) => {
                let zero = node.value(place, draft);
                let zero = draft.cast(node.name, &zero, ElementType::F32);
                let zero = self.spread(zero, node.shape.len(), false);
                draft.combine(node.name, BinaryKind::Add, &rounded, &zero, &node.shape)?
            }
            None => rounded,
        };
        let (low, high) = super::quantize::limits(node.element_type)?;
        let within = draft.activate(node.name, &moved, Unary::Clamp { low, high });
        Ok(draft.cast(node.name, &within, node.element_type))
    }
}
