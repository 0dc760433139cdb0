//! A plan is followed from its inputs to its first output, with what is known of the elements in place of the elements.

use super::fact::{Above, Axis, Fact, Range, Sum};
use super::memory::Memory;
use super::{binary, is_dense, unary};
use maasm_compile::Compiled;
use maasm_plan::op::{
    Combine, Copy, Linear, LinearOutput, Op, Pool, PoolKind, QLinearAdd, Reduce, ReduceKind, Rescaled,
};
use maasm_plan::{ElementType, Place, Plan, Step, Tensor, TensorId};

/// Follows a plan, and tells what is known of the first output's elements.
pub fn follow(compiled: &Compiled) -> Option<Fact> {
    let mut follower = Follower { plan: &compiled.plan, constants: &compiled.constants, memory: Memory::default() };
    compiled.plan.steps.iter().for_each(|step| follower.step(step));
    let output = compiled.plan.outputs.first()?;
    Some(follower.read(output.tensor))
}

struct Follower<'a> {
    plan: &'a Plan,
    constants: &'a [u8],
    memory: Memory,
}

impl<'a> Follower<'a> {
    fn tensor(&self, id: TensorId) -> &'a Tensor {
        &self.plan.tensors[id as usize]
    }

    fn read(&mut self, id: TensorId) -> Fact {
        let tensor = self.tensor(id);
        match tensor.place {
            Place::Arena(offset) => self.memory.read(offset, offset + size(tensor), tensor.element_type),
            Place::Constants(offset) => {
                let bytes = self.constants.get(offset as usize..(offset + size(tensor)) as usize);
                let range = bytes.map_or(Range::ALL, |bytes| extremes(tensor.element_type, bytes));
                let whole = tensor.element_type != ElementType::F32;
                Fact { whole, ..Fact::within(self.memory.value(), range) }
            }
        }
    }

    fn write(&mut self, id: TensorId, fact: Fact) {
        let tensor = self.tensor(id);
        if let Place::Arena(offset) = tensor.place {
            self.memory.write(offset, offset + size(tensor), tensor.element_type, fact);
        }
    }

    fn step(&mut self, step: &Step) {
        if let Op::Copy(copy) = &step.op {
            return self.copy(copy, step);
        }
        let fact = self.computed(step);
        for id in step.outputs.iter().chain(&step.scratch) {
            if let Place::Arena(offset) = self.tensor(*id).place {
                let end = offset + size(self.tensor(*id));
                self.memory.forget(offset, end);
            }
        }
        if let ([output], Some(fact)) = (&step.outputs[..], fact) {
            self.write(*output, fact);
        }
    }

    /// Derives what is known of a step's output; none where that is nothing.
    fn computed(&mut self, step: &Step) -> Option<Fact> {
        let (from, to) =
            (self.tensor(*step.inputs.first().or(step.outputs.first())?), self.tensor(*step.outputs.first()?));
        let (taken, made) = (from.element_type, to.element_type);
        let channels = from.shape.last().map_or(1, |&extent| extent as usize);
        let places = to.elements().unwrap_or(0) as usize / channels.max(1);
        let id = self.memory.value();
        let mut input = |place: usize| self.read(step.inputs[place]);
        let plain = |range: Range| Fact::within(id, range);
        let places_of = |extent: u32| Fact { whole: true, ..plain(Range::new(0.0, f64::from(extent - 1))) };
        Some(match &step.op {
            Op::Unary(function) if taken == ElementType::F32 => unary::apply(*function, input(0), id),
            Op::Binary(op) => binary::apply(op, made, input(0), input(1), id),
            Op::Conv(op) => unary::apply(op.activation?, plain(Range::ALL), id),
            Op::Depthwise(op) => unary::apply(op.activation?, plain(Range::ALL), id),
            Op::Pool(pool) => pooled(pool, input(0), places, channels, id),
            // Whole numbers wrap around.
            Op::Reduce(reduce) if taken.is_integer() && !reduce.kind.finds() => return None,
            Op::Reduce(reduce) => reduced(reduce, input(0), id),
            Op::Softmax(softmax) => {
                let axis = Axis::new(softmax.outer, softmax.extent, softmax.inner);
                match softmax.log {
                    true => Fact { logarithms: Some(axis), ..plain(Range::new(f64::NEG_INFINITY, 0.0)) },
                    false => Fact { sum: Some(Sum { axis, total: 1.0, error: 0.0 }), ..plain(Range::new(0.0, 1.0)) },
                }
            }
            Op::Fill(fill) => plain(Range::of(&[fill.value.into()])),
            Op::Select(_) => plain(input(1).range.or(input(2).range)),
            Op::Gather(_) => input(0).part(id),
            Op::Scatter(op) if op.combine == Combine::Replace => plain(input(0).range.or(input(2).range)),
            Op::Top(top) if top.places => places_of(top.extent),
            Op::Top(_) => input(0).part(id),
            Op::Cast => cast(input(0), taken, made, id),
            Op::Quantize(scale) => quantized(input(0), scale.scale, scale.zero.into(), (0, 127), id),
            Op::Dequantize(scale) => dequantized(input(0), scale.scale, scale.zero.into(), id),
            Op::QuantizeLinear(Linear { scale, zero }) => quantized(input(0), *scale, *zero, limits(made), id),
            Op::DequantizeLinear(Linear { scale, zero }) => dequantized(input(0), *scale, *zero, id),
            Op::QLinearAdd(add) => added(add, input(0), input(1), id),
            Op::QuantizedConv(op) => match op.output {
                Rescaled::Bytes { low, high, .. } => whole(plain(Range::new(low.into(), high.into()))),
                Rescaled::Floats { low, high } => plain(Range::of(&[low.into(), high.into()])),
            },
            Op::QLinearConv(op) => match op.output {
                LinearOutput::Bytes { low, high, .. } => whole(plain(Range::new(low.into(), high.into()))),
                LinearOutput::Floats { low, high } => plain(Range::of(&[low.into(), high.into()])),
            },
            _ => return None,
        })
    }

    /// A copy writes some elements of its output, and leaves the others as they were.
    fn copy(&mut self, copy: &Copy, step: &Step) {
        let (&[from], &[to]) = (&step.inputs[..], &step.outputs[..]) else { return };
        let (read, written) = (self.tensor(from), self.tensor(to));
        let Place::Arena(offset) = written.place else { return };
        let width = written.element_type.size();
        let count: u64 = copy.shape.iter().map(|&extent| u64::from(extent)).product();
        let is_all_read =
            copy.from_offset == 0 && is_permutation(&copy.shape, &copy.from_strides) && Some(count) == read.elements();
        let fact = match read.element_type == written.element_type {
            true => self.read(from),
            false => Fact::within(self.memory.value(), Range::ALL),
        };
        let id = self.memory.value();
        let (start, end) =
            (offset + u64::from(copy.to_offset) * width, offset + (u64::from(copy.to_offset) + count) * width);
        if is_dense(&copy.shape, &copy.to_strides) {
            let fact = match is_all_read && is_dense(&copy.shape, &copy.from_strides) {
                // The same elements at the same places.
                true => fact,
                false => Fact { sum: moved(copy, fact.sum.filter(|_| is_all_read), count), ..fact.part(id) },
            };
            return self.memory.write(start, end, written.element_type, fact);
        }
        let before = self.read(to);
        let is_all_written =
            copy.to_offset == 0 && is_permutation(&copy.shape, &copy.to_strides) && Some(count) == written.elements();
        let fact = match is_all_written {
            true => Fact { sum: moved(copy, fact.sum.filter(|_| is_all_read), count), ..fact.part(id) },
            false => Fact { whole: fact.whole && before.whole, ..Fact::within(id, fact.range.or(before.range)) },
        };
        self.write(to, fact);
    }
}

/// Places the axis of a sum when all elements change their places.
fn moved(copy: &Copy, sum: Option<Sum>, count: u64) -> Option<Sum> {
    let sum = sum?;
    let axis = (0..copy.shape.len()).find(|&axis| {
        copy.shape[axis] as usize == sum.axis.extent && copy.from_strides[axis] as usize == sum.axis.inner
    })?;
    let inner = copy.to_strides[axis] as usize;
    let outer = (count as usize).checked_div(inner * sum.axis.extent)?;
    Some(Sum { axis: Axis { outer, inner, ..sum.axis }, ..sum })
}

/// Checks that places are visited without a gap, in any order, each once.
fn is_permutation(shape: &[u32], strides: &[u32]) -> bool {
    let mut axes: Vec<(u32, u32)> = strides.iter().copied().zip(shape.iter().copied()).collect();
    axes.retain(|&(_, extent)| extent > 1);
    axes.sort_unstable_by(|a, b| b.cmp(a));
    let (strides, shape): (Vec<u32>, Vec<u32>) = axes.into_iter().unzip();
    is_dense(&shape, &strides)
}

fn whole(fact: Fact) -> Fact {
    Fact { whole: true, ..fact }
}

fn size(tensor: &Tensor) -> u64 {
    tensor.bytes().unwrap_or(0)
}

/// The least and the greatest number that bytes take.
fn limits(element_type: ElementType) -> (i16, i16) {
    if element_type == ElementType::I8 { (-128, 127) } else { (0, 255) }
}

/// The range of a constant's elements.
fn extremes(element_type: ElementType, bytes: &[u8]) -> Range {
    fn of<const N: usize>(bytes: &[u8], number: fn([u8; N]) -> f64) -> Range {
        let numbers = bytes.as_chunks::<N>().0.iter().map(|&bytes| number(bytes));
        let ends = numbers.fold((f64::INFINITY, f64::NEG_INFINITY, false), |(low, high, nan), number| {
            (low.min(number), high.max(number), nan || number.is_nan())
        });
        if ends.2 || bytes.is_empty() { Range::ALL } else { Range::new(ends.0, ends.1) }
    }
    match element_type {
        ElementType::F32 => of(bytes, |bytes| f32::from_le_bytes(bytes).into()),
        ElementType::I8 => of(bytes, |bytes| i8::from_le_bytes(bytes).into()),
        ElementType::U8 | ElementType::Bool => of(bytes, |bytes| u8::from_le_bytes(bytes).into()),
        ElementType::I16 => of(bytes, |bytes| i16::from_le_bytes(bytes).into()),
        ElementType::U16 => of(bytes, |bytes| u16::from_le_bytes(bytes).into()),
        ElementType::I32 => of(bytes, |bytes| i32::from_le_bytes(bytes).into()),
        ElementType::U32 => of(bytes, |bytes| u32::from_le_bytes(bytes).into()),
        ElementType::I64 => of(bytes, |bytes| i64::from_le_bytes(bytes) as f64),
        ElementType::U64 => of(bytes, |bytes| u64::from_le_bytes(bytes) as f64),
        ElementType::F16 | ElementType::F64 => Range::ALL,
    }
}

fn pooled(pool: &Pool, x: Fact, places: usize, channels: usize, id: usize) -> Fact {
    let Range { low, high } = x.range;
    match pool.kind {
        PoolKind::Max => x.part(id),
        PoolKind::Average => {
            // What the channels of each place add up to, they do on average, too.
            let sum = x.sum.filter(|sum| sum.axis.inner == 1 && sum.axis.extent == channels);
            let sum = sum.map(|sum| Sum { axis: Axis { outer: places, ..sum.axis }, ..sum });
            Fact { sum, ..Fact::within(id, x.range) }
        }
        PoolKind::AverageWithPadding => Fact::within(id, x.range.or(Range::new(0.0, 0.0))),
        PoolKind::Sum => {
            let cells = f64::from(pool.window[0]) * f64::from(pool.window[1]);
            Fact::within(id, Range::of(&[0.0, low.min(0.0) * cells, high.max(0.0) * cells]))
        }
        PoolKind::ArgMax | PoolKind::ArgMaxColumnMajor => whole(Fact::within(id, Range::new(0.0, f64::INFINITY))),
    }
}

fn reduced(reduce: &Reduce, x: Fact, id: usize) -> Fact {
    let axis = Axis::new(reduce.outer, reduce.extent, reduce.inner);
    let extent = f64::from(reduce.extent);
    let plain = |range: Range| Fact::within(id, range);
    // Another axis adds up to the same at every place of this one.
    let across = |times: f64| {
        let sum = x.sum?;
        let axis = sum.axis.without(axis)?;
        Some(Sum { axis, total: sum.total * times, error: sum.error * times })
    };
    match reduce.kind {
        ReduceKind::Sum => {
            let range = match x.sum.filter(|sum| sum.axis == axis) {
                Some(sum) => Range::new(sum.total - sum.error, sum.total + sum.error),
                None => x.scaled(id, extent).range,
            };
            let above =
                (x.range.low >= 0.0).then_some(Above { of: x.id, along: Some(axis), exact: true, inverse: false });
            Fact { sum: across(extent), above, whole: x.whole, ..plain(range) }
        }
        ReduceKind::Mean => Fact { sum: across(1.0), ..plain(x.range) },
        ReduceKind::Max | ReduceKind::Min => x.part(id),
        ReduceKind::Product if x.range.is_within(0.0, 1.0) => plain(Range::new(0.0, 1.0)),
        ReduceKind::Product => plain(Range::ALL),
        ReduceKind::SumOfSquares => Fact::within(id, unary::square(x.range)).scaled(id, extent),
        kind if kind.finds() => whole(plain(Range::new(0.0, extent - 1.0))),
        _ => plain(Range::ALL),
    }
}

/// Floats to floats and whole numbers to floats stay what they are, but for rounding.
fn cast(x: Fact, from: ElementType, to: ElementType, id: usize) -> Fact {
    if to == ElementType::Bool {
        return whole(Fact::within(id, Range::new(0.0, 1.0)));
    }
    if !to.is_integer() {
        return Fact { id, ..x };
    }
    let truncated = x.rounded(id, 1.0, f64::trunc);
    let (low, high) = match to {
        ElementType::I8 => (-128.0, 127.0),
        ElementType::U8 => (0.0, 255.0),
        ElementType::I16 => (-32_768.0, 32_767.0),
        ElementType::U16 => (0.0, 65_535.0),
        ElementType::U32 | ElementType::U64 => (0.0, f64::from(u32::MAX)),
        _ => (f64::from(i32::MIN), f64::from(i32::MAX)),
    };
    // Floats end where the type does; whole numbers begin anew.
    match (from.is_integer(), truncated.range.is_within(low, high)) {
        (_, true) => truncated,
        (false, _) => truncated.clamped(id, low, high),
        (true, _) => whole(Fact::within(id, Range::ALL)),
    }
}

fn quantized(x: Fact, scale: f32, zero: i16, (least, greatest): (i16, i16), id: usize) -> Fact {
    let zero = f64::from(zero);
    let steps = x.scaled(id, 1.0 / f64::from(scale)).rounded(id, 0.5, f64::round_ties_even);
    steps.clamped(id, f64::from(least) - zero, f64::from(greatest) - zero).shifted(id, zero)
}

fn dequantized(x: Fact, scale: f32, zero: i16, id: usize) -> Fact {
    x.shifted(id, -f64::from(zero)).scaled(id, f64::from(scale))
}

fn added(add: &QLinearAdd, a: Fact, b: Fact, id: usize) -> Fact {
    let [a, b] = [(a, add.a), (b, add.b)].map(|(fact, linear)| dequantized(fact, linear.scale, linear.zero, fact.id));
    let zero = f64::from(add.zero);
    let steps = binary::added(a, b, id).rounded(id, 0.5, f64::round_ties_even);
    steps.clamped(id, f64::from(add.low) - zero, f64::from(add.high) - zero).shifted(id, zero)
}
