//! Steps of f32 between bytes become steps of bytes.

use super::LinearConv;
use super::conv::{Scales, byte_bounds, ratio};
use crate::draft::{BufferId, Draft, Operand, Step};
use crate::kernel::{Conv, Kernel};
use crate::lower::Model;
use maasm_plan::op::{Binary, BinaryKind, Linear, QLinearAdd, Unary};
use maasm_plan::{ElementType, Op};
use std::collections::{HashMap, HashSet};

/// Makes every convolution one of bytes that reads dequantised ones and whose weights the file has as integers. Where what
/// it writes is quantised at once, it writes bytes, too. Sums of dequantised tensors that are quantised again are sums of
/// bytes. Returns how many convolutions there are.
pub fn rewrite(model: &mut Model) -> usize {
    let steps: Vec<Step> = std::mem::take(&mut model.draft.steps).into_iter().flatten().collect();
    let counts = model.draft.counts.values().map(|(_, count)| count.buffer);
    let outputs: HashSet<BufferId> = model.outputs.iter().map(|(_, value)| value.buffer).chain(counts).collect();
    let steps = without_detours(steps, &outputs, &model.draft);
    let uses = Uses::of(&steps, &outputs);
    let mut rewriting =
        Rewriting { draft: &mut model.draft, uses, taken: HashSet::new(), moved: HashMap::new(), steps: Vec::new() };
    let mut count = 0;
    for (index, step) in steps.iter().enumerate() {
        if rewriting.taken.contains(&index) {
            continue;
        }
        let made = match &step.kernel {
            Kernel::Conv(conv) => rewriting.convolution(step, conv, &steps),
            Kernel::Plain(Op::Binary(binary)) => rewriting.sum(step, binary, &steps),
            _ => None,
        };
        count += usize::from(made.as_ref().is_some_and(|step| matches!(step.kernel, Kernel::Linear(_))));
        rewriting.steps.push(made.ok_or(index));
    }
    let made = rewriting.steps;
    let mut old: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    let mut steps: Vec<Step> =
        made.into_iter().filter_map(|made| made.map_or_else(|index| old[index].take(), Some)).collect();
    remove_unread(&mut steps, &outputs);
    model.draft.steps = steps.into_iter().map(Some).collect();
    count
}

/// The steps without those that make bytes of numbers that were the same bytes before, as on both sides of a reshape.
fn without_detours(steps: Vec<Step>, outputs: &HashSet<BufferId>, draft: &Draft) -> Vec<Step> {
    let uses = Uses::of(&steps, outputs);
    let mut same: HashMap<BufferId, BufferId> = HashMap::new();
    let mut detours = HashSet::new();
    for (index, step) in steps.iter().enumerate() {
        let Kernel::Plain(Op::QuantizeLinear(linear)) = step.kernel else { continue };
        let Some((bytes, from)) = uses.dequantized(&steps, step.inputs[0].buffer) else { continue };
        let to = step.output.buffer;
        let type_of = |buffer: BufferId| draft.buffers[buffer].element_type;
        if from == linear && type_of(bytes) == type_of(to) && !outputs.contains(&to) && uses.writer(to) == Some(index) {
            same.insert(to, same.get(&bytes).copied().unwrap_or(bytes));
            detours.insert(index);
        }
    }
    let kept = steps.into_iter().enumerate().filter(|(index, _)| !detours.contains(index));
    kept.map(|(_, mut step)| {
        for input in &mut step.inputs {
            input.buffer = same.get(&input.buffer).copied().unwrap_or(input.buffer);
        }
        step
    })
    .collect()
}

/// Removes steps between bytes and numbers whose results nothing reads any more.
fn remove_unread(steps: &mut Vec<Step>, outputs: &HashSet<BufferId>) {
    let mut read = outputs.clone();
    let mut kept: Vec<bool> = steps
        .iter()
        .rev()
        .map(|step| {
            let changes =
                matches!(step.kernel, Kernel::Plain(Op::DequantizeLinear(_) | Op::QuantizeLinear(_) | Op::Copy(_)));
            let is_kept = !changes || read.contains(&step.output.buffer);
            if is_kept {
                read.extend(step.inputs.iter().map(|input| input.buffer));
            }
            is_kept
        })
        .collect();
    steps.retain(|_| kept.pop().unwrap_or(true));
}

/// Which steps write and read which buffers.
struct Uses {
    writers: HashMap<BufferId, Vec<usize>>,
    readers: HashMap<BufferId, Vec<usize>>,
    outputs: HashSet<BufferId>,
}

impl Uses {
    fn of(steps: &[Step], outputs: &HashSet<BufferId>) -> Self {
        let mut uses = Self { writers: HashMap::new(), readers: HashMap::new(), outputs: outputs.clone() };
        for (index, step) in steps.iter().enumerate() {
            uses.writers.entry(step.output.buffer).or_default().push(index);
            for input in &step.inputs {
                uses.readers.entry(input.buffer).or_default().push(index);
            }
        }
        uses
    }

    /// The one step that writes a buffer.
    fn writer(&self, buffer: BufferId) -> Option<usize> {
        match self.writers.get(&buffer)?[..] {
            [index] => Some(index),
            _ => None,
        }
    }

    /// The one step that reads a buffer that is no output of the model.
    fn reader(&self, buffer: BufferId) -> Option<usize> {
        match self.readers.get(&buffer)?[..] {
            [index] if !self.outputs.contains(&buffer) => Some(index),
            _ => None,
        }
    }

    /// The bytes that a buffer of numbers is made of.
    fn dequantized(&self, steps: &[Step], buffer: BufferId) -> Option<(BufferId, Linear)> {
        let step = &steps[self.writer(buffer)?];
        match step.kernel {
            Kernel::Plain(Op::DequantizeLinear(linear)) => Some((step.inputs[0].buffer, linear)),
            _ => None,
        }
    }
}

struct Rewriting<'a> {
    draft: &'a mut Draft,
    uses: Uses,
    /// Steps that have become part of others.
    taken: HashSet<usize>,
    /// The bytes of numbers that were moved after they had been dequantised.
    moved: HashMap<BufferId, BufferId>,
    /// New steps, and the places of old ones.
    steps: Vec<Result<Step, usize>>,
}

impl Rewriting<'_> {
    fn convolution(&mut self, step: &Step, conv: &Conv, steps: &[Step]) -> Option<Step> {
        let integers = self.draft.integers(&conv.weights.tensor)?.clone();
        let (x, input) = self.bytes(steps, step.inputs.first()?)?;
        let residual = match step.inputs.get(1) {
            Some(residual) => Some(self.bytes(steps, residual)?),
            None => None,
        };
        let quantizes = self.quantizes(step.output.buffer, steps);
        let output = quantizes.map(|(_, linear, element_type)| (linear, element_type));
        let scales = Scales { input, output, residual: residual.as_ref().map(|(_, linear)| *linear) };
        let made = LinearConv::new(conv, &integers, &scales)?;
        let inputs = [x].into_iter().chain(residual.map(|(operand, _)| operand)).collect();
        Some(self.step(step, Kernel::Linear(Box::new(made)), inputs, quantizes.map(|(index, ..)| index), steps))
    }

    fn sum(&mut self, step: &Step, binary: &Binary, steps: &[Step]) -> Option<Step> {
        let bounds = match binary.activation {
            None => (f32::NEG_INFINITY, f32::INFINITY),
            Some(Unary::Clamp { low, high }) => (low, high),
            Some(_) => return None,
        };
        let op = Op::Binary(binary.clone());
        let [a, b] = &step.inputs[..] else { return None };
        // Both are read exactly where the output is written.
        if binary.kind != BinaryKind::Add || !op.works_in_place(0) || !op.works_in_place(1) {
            return None;
        }
        let (index, output, element_type) = self.quantizes(step.output.buffer, steps)?;
        let elements = |buffer: BufferId| self.draft.buffers[buffer].elements;
        if [a, b].iter().any(|operand| elements(operand.buffer) != elements(step.output.buffer)) {
            return None;
        }
        let ((a, first), (b, second)) = (self.bytes(steps, a)?, self.bytes(steps, b)?);
        let (low, high) = byte_bounds(&output, element_type, bounds)?;
        let add = QLinearAdd { a: ratio(&first, &output)?, b: ratio(&second, &output)?, zero: output.zero, low, high };
        Some(self.step(step, Kernel::Plain(Op::QLinearAdd(add)), vec![a, b], Some(index), steps))
    }

    /// The step in place of another, and of the one that quantises what that gave.
    fn step(
        &mut self,
        old: &Step,
        kernel: Kernel,
        inputs: Vec<Operand>,
        quantizes: Option<usize>,
        steps: &[Step],
    ) -> Step {
        self.taken.extend(quantizes);
        let buffer = quantizes.map_or(old.output.buffer, |index| steps[index].output.buffer);
        Step { name: old.name.clone(), kernel, inputs, output: Operand { buffer, shape: old.output.shape.clone() } }
    }

    /// The one step that reads a buffer, if it quantises all of it; how, and to what type.
    fn quantizes(&self, buffer: BufferId, steps: &[Step]) -> Option<(usize, Linear, ElementType)> {
        let index = self.uses.reader(buffer)?;
        let Kernel::Plain(Op::QuantizeLinear(linear)) = steps[index].kernel else { return None };
        let to = steps[index].output.buffer;
        let is_whole = self.uses.writer(buffer).is_some() && self.uses.writer(to).is_some();
        is_whole.then(|| (index, linear, self.draft.buffers[to].element_type))
    }

    /// The bytes that stand for an operand of f32. Where numbers were moved after they had been dequantised, bytes are
    /// moved instead.
    fn bytes(&mut self, steps: &[Step], operand: &Operand) -> Option<(Operand, Linear)> {
        let with = |buffer: BufferId| Operand { buffer, shape: operand.shape.clone() };
        if let Some((bytes, linear)) = self.uses.dequantized(steps, operand.buffer) {
            return Some((with(bytes), linear));
        }
        let step = &steps[self.uses.writer(operand.buffer)?];
        let Kernel::Plain(Op::Copy(copy)) = &step.kernel else { return None };
        let (bytes, linear) = self.uses.dequantized(steps, step.inputs[0].buffer)?;
        let elements = self.draft.buffers[operand.buffer].elements;
        let element_type = self.draft.buffers[bytes].element_type;
        let moved = match self.moved.get(&operand.buffer) {
            Some(&moved) => moved,
            None => {
                let moved = self.draft.buffer(elements, element_type);
                let kernel = Kernel::Plain(Op::Copy(copy.clone()));
                let inputs = vec![Operand { buffer: bytes, shape: step.inputs[0].shape.clone() }];
                let output = Operand { buffer: moved, shape: step.output.shape.clone() };
                self.steps.push(Ok(Step { name: step.name.clone(), kernel, inputs, output }));
                self.moved.insert(operand.buffer, moved);
                moved
            }
        };
        Some((with(moved), linear))
    }
}
