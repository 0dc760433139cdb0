//! The plan in the making: steps over buffers that have no place yet.
//!
//! Lowerings work on [`Value`]s. A value is a buffer together with the *logical* shape that the source model gives
//! it and the *order* in which its axes lie in memory; so transpositions, added and removed axes and most reshapes
//! cost nothing, and an image stays `[batch, height, width, channels]` in memory whatever the source says.

use super::allowance::Allowance;
use super::kernel::Kernel;
use super::linear::Integers;
use super::types;
use maasm_plan::ElementType;
use maasm_plan::op::{Copy, Fill, Op};
use std::collections::HashMap;
use std::sync::Arc;
use tract_onnx::prelude::{Datum, Tensor};

/// An index into [`Draft::buffers`].
pub type BufferId = usize;

/// Memory that steps read and write.
pub struct Buffer {
    /// How many elements it holds.
    pub elements: usize,
    /// Their type.
    pub element_type: ElementType,
    /// The step that writes it.
    pub producer: Option<usize>,
    /// Its content, if it is constant (row-major).
    pub constant: Option<Arc<Tensor>>,
    /// The steps that it was computed by, if it is constant.
    made: Vec<Step>,
    /// How many uses in the source model have not been lowered yet.
    pub pending: usize,
    /// Whether a step reads it already.
    pub read: bool,
}

/// A buffer as a tensor of the source model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Where the elements are.
    pub buffer: BufferId,
    /// The shape in the source model.
    pub shape: Vec<usize>,
    /// Physical axis `i` is axis `order[i]` of the source model's.
    pub order: Vec<usize>,
}

impl Value {
    /// The shape in memory, outermost axis first.
    pub fn physical(&self) -> Vec<usize> {
        self.order.iter().map(|&axis| self.shape[axis]).collect()
    }

    /// For each axis of the source model, the distance in memory between neighbours along it.
    pub fn strides(&self) -> Vec<usize> {
        let mut strides = vec![0; self.shape.len()];
        let mut stride = 1;
        for &axis in self.order.iter().rev() {
            strides[axis] = stride;
            stride *= self.shape[axis];
        }
        strides
    }

    /// The order in memory of the axes that are longer than 1: the others stand anywhere.
    pub fn physical_order(&self) -> Vec<usize> {
        self.order.iter().copied().filter(|&axis| self.shape[axis] != 1).collect()
    }

    /// The physical axes that the given source axes are, sorted, axes of extent 1 left out; `None` if others lie
    /// between them.
    pub fn contiguous(&self, axes: &[usize]) -> Option<std::ops::Range<usize>> {
        let mut places: Vec<usize> = (0..self.order.len())
            .filter(|&i| axes.contains(&self.order[i]) && self.shape[self.order[i]] != 1)
            .collect();
        places.sort_unstable();
        let Some((&first, &last)) = places.first().zip(places.last()) else { return Some(0..0) };
        let dense = (first..=last).all(|i| places.contains(&i) || self.shape[self.order[i]] == 1);
        dense.then_some(first..last + 1)
    }
}

/// A tensor operand of a step: a buffer under a physical shape.
#[derive(Clone, Debug)]
pub struct Operand {
    /// Where the elements are.
    pub buffer: BufferId,
    /// The shape in memory.
    pub shape: Vec<usize>,
}

/// One kernel call in the making.
pub struct Step {
    /// The source node's name.
    pub name: String,
    /// What is computed.
    pub kernel: Kernel,
    /// What is read, packed weights apart.
    pub inputs: Vec<Operand>,
    /// What is written.
    pub output: Operand,
}

/// The plan in the making.
#[derive(Default)]
pub struct Draft {
    /// All buffers.
    pub buffers: Vec<Buffer>,
    /// The steps in order; a step that fusion removed is `None`.
    pub steps: Vec<Option<Step>>,
    /// Axes of outputs whose extent is computed, by buffer, with what holds the extent.
    pub counts: HashMap<BufferId, (usize, Value)>,
    /// The buffers of constants that are values already.
    constants: HashMap<usize, BufferId>,
    /// What constants were that the file has as integers, by their addresses.
    integers: HashMap<usize, Arc<Integers>>,
    /// What computed constants and tables may take.
    allowance: Allowance,
}

/// The order that [`Draft::ordered`] brings images to: batch, spatial axes, channels.
pub fn channels_last(rank: usize) -> Vec<usize> {
    std::iter::once(0).chain(2..rank).chain(std::iter::once(1)).collect()
}

impl Draft {
    /// An empty one.
    pub fn new(allowance: Allowance) -> Self {
        Self { allowance, ..Self::default() }
    }

    /// Takes the room that so many elements of eight bytes need, before they are made.
    ///
    /// # Errors
    /// If there is not so much left.
    pub fn allow(&self, elements: usize) -> Result<(), String> {
        self.allowance.take((elements as u64).saturating_mul(8))
    }

    /// A new buffer for `elements` values.
    pub fn buffer(&mut self, elements: usize, element_type: ElementType) -> BufferId {
        self.buffers.push(Buffer {
            elements,
            element_type,
            producer: None,
            constant: None,
            made: vec![],
            pending: 0,
            read: false,
        });
        self.buffers.len() - 1
    }

    /// A new value whose axes lie in memory in the given order.
    pub fn typed(&mut self, element_type: ElementType, shape: Vec<usize>, order: Vec<usize>) -> Value {
        let buffer = self.buffer(shape.iter().product(), element_type);
        Value { buffer, shape, order }
    }

    /// A new f32 value whose axes lie in memory in the given order.
    pub fn value(&mut self, shape: Vec<usize>, order: Vec<usize>) -> Value {
        self.typed(ElementType::F32, shape, order)
    }

    /// A new value of the same element type as another.
    pub fn like(&mut self, value: &Value, shape: Vec<usize>, order: Vec<usize>) -> Value {
        self.typed(self.element_type(value), shape, order)
    }

    /// A new row-major value of the same element type as another.
    pub fn row_major_like(&mut self, value: &Value, shape: Vec<usize>) -> Value {
        let order = (0..shape.len()).collect();
        self.like(value, shape, order)
    }

    /// Says that an axis of an output of the model ends where `count`, one number of i64, says.
    pub fn count(&mut self, output: &Value, axis: usize, count: Value) {
        self.counts.insert(output.buffer, (axis, count));
    }

    /// The type of a value's elements.
    pub fn element_type(&self, value: &Value) -> ElementType {
        self.buffers[value.buffer].element_type
    }

    /// A constant as a value. It must be in an element type that steps take.
    pub fn constant(&mut self, tensor: &Arc<Tensor>) -> Value {
        let (shape, order) = (tensor.shape().to_vec(), (0..tensor.rank()).collect());
        if let Some(&buffer) = self.constants.get(&address(tensor)) {
            return Value { buffer, shape, order };
        }
        let element_type = types::taken(tensor.datum_type()).expect("constants are looked at before");
        let value = self.typed(element_type, shape, order);
        self.buffers[value.buffer].constant = Some(tensor.clone());
        self.constants.insert(address(tensor), value.buffer);
        value
    }

    /// A constant that the compiler made up.
    pub fn table<T: Datum + std::marker::Copy>(&mut self, shape: &[usize], elements: &[T]) -> Value {
        let tensor = Tensor::from_shape(shape, elements).expect("the shape fits the elements");
        self.constant(&Arc::new(tensor))
    }

    /// A constant of numbers that the file has as integers.
    ///
    /// # Errors
    /// If it has more elements than may be computed beforehand.
    pub fn dequantized(&mut self, shape: &[usize], integers: Integers) -> Result<Value, String> {
        self.allow(shape.iter().product())?;
        let tensor = Tensor::from_shape(shape, &integers.floats()).map_err(|error| error.to_string())?;
        let tensor = Arc::new(tensor);
        let value = self.constant(&tensor);
        self.integers.insert(address(&tensor), Arc::new(integers));
        Ok(value)
    }

    /// What a constant was before it was dequantised.
    pub fn integers(&self, constant: &Arc<Tensor>) -> Option<Arc<Integers>> {
        self.integers.get(&address(constant)).cloned()
    }

    /// The value as elements of another type: itself if they are so already.
    pub fn cast(&mut self, name: &str, value: &Value, element_type: ElementType) -> Value {
        if self.element_type(value) == element_type {
            return value.clone();
        }
        let output = self.typed(element_type, value.shape.clone(), value.order.clone());
        if let Some(count) = self.counts.get(&value.buffer).cloned() {
            self.counts.insert(output.buffer, count);
        }
        self.push_unary(name, Op::Cast, value, &output);
        output
    }

    /// Sets every element to one value, which the element type can hold.
    pub fn fill(&mut self, name: &str, output: &Value, value: f32) {
        let element_type = self.element_type(output);
        if element_type == ElementType::F32 {
            return self.push(name, Kernel::Plain(Op::Fill(Fill { value })), vec![], operand(output));
        }
        let scalar = Tensor::from(value).cast_to_dt(types::datum(element_type)).expect("numbers cast").into_owned();
        let scalar = self.constant(&Arc::new(scalar));
        self.repeat(name, &scalar, output);
    }

    /// Sets every element to the one of `scalar`, which has the output's element type.
    pub fn repeat(&mut self, name: &str, scalar: &Value, output: &Value) {
        let floats = self.element_type(output) == ElementType::F32;
        match self.known(scalar).filter(|_| floats).and_then(|known| known.cast_to_scalar::<f32>().ok()) {
            Some(value) => self.fill(name, output, value),
            None => {
                let strides = vec![0; output.shape.len()];
                self.copy(name, scalar, 0, &strides, output, 0, &output.strides(), &output.shape);
            }
        }
    }

    /// Appends a step that writes `output`.
    pub fn push(&mut self, name: &str, kernel: Kernel, inputs: Vec<Operand>, output: Operand) {
        let step = Step { name: name.into(), kernel, inputs, output };
        let buffer = step.output.buffer;
        let filled = self.filled(buffer);
        if let Some(constant) = self.evaluate(&step.kernel, &step.inputs, &step.output, filled) {
            let fill =
                filled.and(self.buffers[buffer].producer.take()).and_then(|producer| self.steps[producer].take());
            let buffer = &mut self.buffers[buffer];
            buffer.constant = Some(constant);
            buffer.made.extend(fill.into_iter().chain([step]));
            return;
        }
        // A part of it is written over by what is computed later: so is the rest, then.
        self.buffers[buffer].constant = None;
        for step in std::mem::take(&mut self.buffers[buffer].made) {
            self.append(step);
        }
        self.append(step);
    }

    fn append(&mut self, step: Step) {
        for input in &step.inputs {
            self.buffers[input.buffer].read = true;
        }
        self.buffers[step.output.buffer].producer = Some(self.steps.len());
        self.steps.push(Some(step));
    }

    /// The number that fills a buffer, if nothing else was written to it and nothing was read.
    fn filled(&self, buffer: BufferId) -> Option<f32> {
        let buffer = &self.buffers[buffer];
        let step = self.steps[buffer.producer.filter(|_| !buffer.read)?].as_ref()?;
        match step.kernel {
            Kernel::Plain(Op::Fill(Fill { value })) => Some(value),
            _ => None,
        }
    }

    /// Multiply-accumulate operations of all convolutions and matrix products.
    pub fn multiply_accumulates(&self) -> u64 {
        let of_step = |step: &Step| match &step.kernel {
            Kernel::Conv(conv) => conv.multiply_accumulates(step.output.shape[..3].iter().product()),
            Kernel::Plain(Op::Conv(conv)) => {
                let channels = step.inputs[0].shape[3] as u64 / u64::from(conv.groups);
                let window = u64::from(conv.window[0]) * u64::from(conv.window[1]);
                step.output.shape.iter().product::<usize>() as u64 * window * channels
            }
            Kernel::Quantized(_) | Kernel::Linear(_) | Kernel::Plain(_) => 0,
        };
        self.steps.iter().flatten().map(of_step).sum()
    }

    /// Appends a step from one value to another.
    pub fn push_unary(&mut self, name: &str, op: Op, input: &Value, output: &Value) {
        self.push(name, Kernel::Plain(op), vec![operand(input)], operand(output));
    }

    /// Whether nothing but the node being lowered uses the value, so that the step that writes it may be changed.
    pub fn is_only_use(&self, value: &Value) -> bool {
        let buffer = &self.buffers[value.buffer];
        buffer.pending == 0 && !buffer.read && buffer.constant.is_none()
    }

    /// The step that writes the value, if only the node being lowered uses it.
    pub fn fusible(&mut self, value: &Value) -> Option<&mut Step> {
        if !self.is_only_use(value) {
            return None;
        }
        self.steps[self.buffers[value.buffer].producer?].as_mut()
    }

    /// The value with its axes in the wanted order: itself where only axes of extent 1 stand elsewhere, else a copy.
    pub fn ordered(&mut self, name: &str, value: &Value, order: &[usize]) -> Value {
        let wanted = Value { order: order.to_vec(), ..value.clone() };
        if value.physical_order() == wanted.physical_order() {
            return wanted;
        }
        let output = self.like(value, value.shape.clone(), order.to_vec());
        self.copy(name, value, 0, &value.strides(), &output, 0, &output.strides(), &value.shape);
        output
    }

    /// The value in the source model's own order.
    pub fn row_major(&mut self, name: &str, value: &Value) -> Value {
        self.ordered(name, value, &(0..value.shape.len()).collect::<Vec<_>>())
    }

    /// Appends a copy of all places of `shape`, with strides by source axis.
    #[expect(clippy::too_many_arguments, reason = "a strided copy has two sides of three parts each")]
    pub fn copy(
        &mut self,
        name: &str,
        from: &Value,
        from_offset: usize,
        from_strides: &[usize],
        to: &Value,
        to_offset: usize,
        to_strides: &[usize],
        shape: &[usize],
    ) {
        // In the output's order, so that writes are sequential.
        let places = to.order.iter().map(|&a| (shape[a], from_strides[a], to_strides[a])).collect();
        self.copy_places(name, (from, from_offset), (to, to_offset), places);
    }

    /// Appends a copy along axes given as extent and strides in both values, outermost first, from offsets on.
    pub fn copy_places(
        &mut self,
        name: &str,
        (from, from_offset): (&Value, usize),
        (to, to_offset): (&Value, usize),
        places: Vec<(usize, usize, usize)>,
    ) {
        let places = merge_axes(places);
        let op = Op::Copy(Copy {
            shape: places.iter().map(|p| p.0 as u32).collect(),
            from_offset: from_offset as u32,
            from_strides: places.iter().map(|p| p.1 as u32).collect(),
            to_offset: to_offset as u32,
            to_strides: places.iter().map(|p| p.2 as u32).collect(),
        });
        self.push_unary(name, op, from, to);
    }
}

/// Axes as extent and strides in two tensors: drops those of extent 1 and merges neighbours that both tensors run
/// through in one go. Fewer, longer loops.
pub fn merge_axes(axes: Vec<(usize, usize, usize)>) -> Vec<(usize, usize, usize)> {
    let mut kept: Vec<(usize, usize, usize)> = Vec::new();
    for (extent, a, b) in axes.into_iter().filter(|axis| axis.0 != 1) {
        match kept.last_mut() {
            Some(outer) if outer.1 == a * extent && outer.2 == b * extent => *outer = (outer.0 * extent, a, b),
            _ => kept.push((extent, a, b)),
        }
    }
    kept
}

/// For each axis of a row-major tensor, the distance between neighbours along it.
pub fn row_major_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// A value as a step's operand.
pub fn operand(value: &Value) -> Operand {
    Operand { buffer: value.buffer, shape: value.physical() }
}

/// A value as a step's operand under another physical shape of the same size.
pub fn operand_as(value: &Value, shape: [usize; 4]) -> Operand {
    debug_assert_eq!(value.shape.iter().product::<usize>(), shape.iter().product::<usize>());
    Operand { buffer: value.buffer, shape: shape.to_vec() }
}

/// What tells a constant from all others that are alive.
fn address(tensor: &Arc<Tensor>) -> usize {
    Arc::as_ptr(tensor) as usize
}
