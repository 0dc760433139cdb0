//! The finished draft becomes a plan and packed constants.

use super::arena::{Lifetime, place};
use super::draft::{BufferId, Draft, Operand, Step, Value};
use super::kernel::{Conv, Kernel};
use super::linear::LinearConv;
use super::lower::Model;
use super::quantize::{Integers, Quantized};
use super::{Error, pack};
use maasm_plan::{ALIGNMENT, Counted, ElementType, Op, Place, Plan, Port, Tensor, TensorId, op};
use std::collections::HashMap;

/// Places everything, packs the weights and validates the result.
///
/// # Errors
/// If the plan is not valid, which would be a fault of a lowering, or does not fit 32-bit memory.
pub fn emit(model: Model) -> Result<(Plan, Vec<u8>), Error> {
    let Model { mut draft, inputs, outputs, .. } = model;
    let steps: Vec<Step> = std::mem::take(&mut draft.steps).into_iter().flatten().collect();
    let aliases = in_place(&steps, &draft, &outputs);
    let mut emitter = Emitter { tensors: Vec::new(), constants: Vec::new(), known: HashMap::new() };
    let places = emitter.place(&draft, &steps, &inputs, &outputs, &aliases);
    let (offsets, arena_len) = (places.offsets, places.len);
    let mut plan_steps = Vec::with_capacity(steps.len());
    for (index, step) in steps.into_iter().enumerate() {
        let scratch = places.scratch.get(&index).map(|&(offset, (element_type, elements))| {
            emitter.tensor(element_type, vec![elements as u32], Place::Arena(offset))
        });
        plan_steps.push(emitter.step(step, &draft, &offsets, scratch));
    }
    let mut port = |(name, value): (String, Value)| {
        let operand = super::draft::operand(&value);
        let tensor = emitter.operand(&operand, &draft, &offsets);
        let count = draft.counts.get(&value.buffer).map(|(axis, count)| Counted {
            axis: *axis as u8,
            tensor: emitter.operand(&super::draft::operand(count), &draft, &offsets),
        });
        let natural = value.order.iter().enumerate().all(|(place, &axis)| place == axis);
        Port {
            name,
            shape: value.shape.iter().map(|&d| d as u32).collect(),
            tensor,
            axes: if natural { Vec::new() } else { value.order.iter().map(|&axis| axis as u8).collect() },
            count,
        }
    };
    let inputs = inputs.into_iter().map(&mut port).collect();
    let outputs = outputs.into_iter().map(&mut port).collect();
    let Emitter { tensors, constants, .. } = emitter;
    let constants_len = constants.len() as u64;
    let plan = Plan { inputs, outputs, tensors, steps: plan_steps, arena_len, constants_len };
    if plan.arena_len + plan.constants_len > u64::from(u32::MAX) - (256 << 20) {
        return Err(Error::Invalid(format!(
            "the model needs {} MB of memory for weights and activations, more than WebAssembly's 4 GB; try a \
             smaller input shape",
            (plan.arena_len + plan.constants_len) >> 20
        )));
    }
    plan.validate().map_err(|error| {
        // The error is worded for plans that come from elsewhere.
        let text = error.to_string();
        Error::Invalid(format!("cannot be lowered: {}", text.split("; the package").next().unwrap_or(&text)))
    })?;
    Ok((plan, constants))
}

/// For each buffer the one whose memory it takes over: an element-wise step writes over an input that nothing
/// reads later.
fn in_place(steps: &[Step], draft: &Draft, outputs: &[(String, Value)]) -> Vec<BufferId> {
    let mut alias: Vec<BufferId> = (0..draft.buffers.len()).collect();
    let mut last_read = vec![0; draft.buffers.len()];
    for (index, step) in steps.iter().enumerate() {
        for input in &step.inputs {
            last_read[input.buffer] = index;
        }
    }
    let kept = |buffer: BufferId| outputs.iter().any(|(_, value)| value.buffer == buffer);
    for (index, step) in steps.iter().enumerate() {
        let Kernel::Plain(op) = &step.kernel else { continue };
        let reusable = |&(position, input): &(usize, &Operand)| {
            op.works_in_place(position)
                && last_read[input.buffer] == index
                && draft.buffers[input.buffer].constant.is_none()
                && input.shape == step.output.shape
                && draft.buffers[input.buffer].element_type == draft.buffers[step.output.buffer].element_type
                && step.inputs.iter().filter(|other| other.buffer == input.buffer).count() == 1
                && !kept(input.buffer)
        };
        if let Some((_, input)) = step.inputs.iter().enumerate().find(reusable) {
            alias[step.output.buffer] = alias[input.buffer];
        }
    }
    alias
}

struct Places {
    offsets: HashMap<BufferId, u64>,
    scratch: HashMap<usize, (u64, (ElementType, usize))>,
    len: u64,
}

struct Emitter {
    tensors: Vec<Tensor>,
    constants: Vec<u8>,
    /// Constant buffers that were written already.
    known: HashMap<BufferId, u64>,
}

impl Emitter {
    fn place(
        &mut self,
        draft: &Draft,
        steps: &[Step],
        inputs: &[(String, Value)],
        outputs: &[(String, Value)],
        alias: &[BufferId],
    ) -> Places {
        let mut lives: Vec<Option<Lifetime>> = vec![None; draft.buffers.len()];
        let mut touch = |buffer: BufferId, step: usize| {
            let data = &draft.buffers[buffer];
            if data.constant.is_some() {
                return;
            }
            let bytes = data.elements as u64 * data.element_type.size();
            let life = lives[alias[buffer]].get_or_insert(Lifetime { bytes, first: step, last: step });
            life.last = life.last.max(step);
            life.first = life.first.min(step);
        };
        for (_, value) in inputs {
            touch(value.buffer, 0);
        }
        for (index, step) in steps.iter().enumerate() {
            step.inputs.iter().chain([&step.output]).for_each(|operand| touch(operand.buffer, index));
        }
        for (_, value) in outputs {
            touch(value.buffer, steps.len());
            if let Some((_, count)) = draft.counts.get(&value.buffer) {
                touch(count.buffer, steps.len());
            }
        }
        let buffers: Vec<BufferId> = (0..lives.len()).filter(|&b| lives[b].is_some()).collect();
        let mut wanted: Vec<Lifetime> = lives.into_iter().flatten().collect();
        let scratch: Vec<(usize, (ElementType, usize))> =
            steps.iter().enumerate().filter_map(|(i, step)| Some((i, scratch_of(step)?))).collect();
        wanted.extend(scratch.iter().map(|&(step, (element_type, elements))| Lifetime {
            bytes: elements as u64 * element_type.size(),
            first: step,
            last: step,
        }));
        let (offsets, len) = place(&wanted);
        let of_root: HashMap<BufferId, u64> = buffers.iter().copied().zip(offsets.iter().copied()).collect();
        let scratch = scratch
            .iter()
            .zip(&offsets[buffers.len()..])
            .map(|(&(step, wanted), &offset)| (step, (offset, wanted)))
            .collect();
        let offsets = (0..alias.len()).filter_map(|b| Some((b, *of_root.get(&alias[b])?))).collect();
        Places { offsets, scratch, len }
    }

    fn tensor(&mut self, element_type: ElementType, shape: Vec<u32>, place: Place) -> TensorId {
        let tensor = Tensor { element_type, shape, place };
        let index = self.tensors.iter().position(|known| *known == tensor).unwrap_or_else(|| {
            self.tensors.push(tensor);
            self.tensors.len() - 1
        });
        index as TensorId
    }

    fn operand(&mut self, operand: &Operand, draft: &Draft, offsets: &HashMap<BufferId, u64>) -> TensorId {
        let buffer = &draft.buffers[operand.buffer];
        let place = match &buffer.constant {
            None => Place::Arena(offsets[&operand.buffer]),
            Some(tensor) => {
                let offset = match self.known.get(&operand.buffer) {
                    Some(&offset) => offset,
                    None => self.write(|out| out.extend(tensor.as_bytes())),
                };
                self.known.insert(operand.buffer, offset);
                Place::Constants(offset)
            }
        };
        self.tensor(buffer.element_type, operand.shape.iter().map(|&d| d as u32).collect(), place)
    }

    /// Appends to the constants, aligned, and says where.
    fn write(&mut self, content: impl FnOnce(&mut Vec<u8>)) -> u64 {
        let start = self.constants.len().next_multiple_of(ALIGNMENT as usize);
        self.constants.resize(start, 0);
        content(&mut self.constants);
        start as u64
    }

    fn step(
        &mut self,
        step: Step,
        draft: &Draft,
        offsets: &HashMap<BufferId, u64>,
        scratch: Option<TensorId>,
    ) -> maasm_plan::Step {
        let mut inputs: Vec<TensorId> = step.inputs.iter().map(|o| self.operand(o, draft, offsets)).collect();
        let output = self.operand(&step.output, draft, offsets);
        let op = match step.kernel {
            Kernel::Plain(op) => op,
            Kernel::Conv(conv) => {
                let (op, weights) = self.conv(&conv);
                inputs.splice(1..1, weights);
                op
            }
            Kernel::Quantized(quantized) => {
                inputs.splice(1..1, self.quantized(&quantized));
                Op::QuantizedConv(quantized.op())
            }
            Kernel::Linear(conv) => {
                inputs.splice(1..1, self.linear(&conv));
                Op::QLinearConv(conv.op)
            }
        };
        maasm_plan::Step { name: step.name, op, inputs, outputs: vec![output], scratch }
    }

    /// The plan's operator, and its weights and bias as tensors.
    fn conv(&mut self, conv: &Conv) -> (Op, Vec<TensorId>) {
        if conv.is_depthwise() {
            let start = self.write(|out| pack::depthwise(conv, out));
            let shape = [conv.window[0], conv.window[1], conv.channels].map(|d| d as u32).to_vec();
            let weights = self.tensor(ElementType::F32, shape, Place::Constants(start));
            let bias = self.bias(conv);
            let [window, stride, dilation, pad_before] = conv.extents();
            let op = op::Depthwise { window, stride, dilation, pad_before, activation: conv.activation };
            return (Op::Depthwise(op), vec![weights, bias]);
        }
        let op = dense(conv);
        let start = self.write(|out| pack::panels(conv, out));
        let floats = op.packed_len(conv.channels as u32, conv.out_channels as u32);
        let mut operands = vec![self.tensor(ElementType::F32, vec![floats as u32], Place::Constants(start))];
        if op.bias {
            operands.push(self.bias(conv));
        }
        (Op::Conv(op), operands)
    }

    /// Weights, bias and multipliers of a convolution of bytes.
    fn quantized(&mut self, quantized: &Quantized) -> [TensorId; 3] {
        let Integers { weights, bias, multipliers } = quantized.integers();
        let [weights, bias] = self.integers(&weights, &bias);
        let start = self.write(|out| multipliers.iter().for_each(|half| out.extend(half.to_le_bytes())));
        let shape = vec![multipliers.len() as u32];
        [weights, bias, self.tensor(ElementType::U16, shape, Place::Constants(start))]
    }

    /// Weights, bias and multipliers of a convolution in a model that arrived quantised.
    fn linear(&mut self, conv: &LinearConv) -> [TensorId; 3] {
        let [weights, bias] = self.integers(&conv.weights, &conv.bias);
        let start = self.write(|out| conv.multipliers.iter().for_each(|factor| out.extend(factor.to_le_bytes())));
        let shape = vec![conv.multipliers.len() as u32];
        [weights, bias, self.tensor(ElementType::F32, shape, Place::Constants(start))]
    }

    /// Weights and bias.
    fn integers(&mut self, weights: &[i8], bias: &[i32]) -> [TensorId; 2] {
        let shapes = [vec![weights.len() as u32], vec![bias.len() as u32]];
        let weights = self.write(|out| out.extend(weights.iter().map(|&weight| weight as u8)));
        let bias = self.write(|out| bias.iter().for_each(|value| out.extend(value.to_le_bytes())));
        let [of_weights, of_bias] = shapes;
        [
            self.tensor(ElementType::I8, of_weights, Place::Constants(weights)),
            self.tensor(ElementType::I32, of_bias, Place::Constants(bias)),
        ]
    }

    fn bias(&mut self, conv: &Conv) -> TensorId {
        let start = self.write(|out| conv.bias.iter().for_each(|value| out.extend(value.to_le_bytes())));
        self.tensor(ElementType::F32, vec![conv.out_channels as u32], Place::Constants(start))
    }
}

fn dense(conv: &Conv) -> op::Conv {
    let [window, stride, dilation, pad_before] = conv.extents();
    op::Conv {
        window,
        stride,
        dilation,
        pad_before,
        groups: conv.groups as u32,
        bias: conv.bias.iter().any(|&value| value != 0.0),
        residual: conv.residual,
        activation: conv.activation,
    }
}

/// The scratch memory that an operator of the plan needs: the padded input of a dense convolution, or the order of what
/// is sorted.
pub fn scratch(op: &Op, inputs: &[Operand], output: &Operand) -> Option<(ElementType, usize)> {
    match op {
        Op::Top(top) => Some((ElementType::U32, top.extent as usize)),
        Op::QuantizedConv(conv) => {
            let extents = |shape: &[usize]| [0, 1, 2, 3].map(|axis| shape[axis] as u32);
            Some((ElementType::U8, conv.scratch(extents(&inputs[0].shape), extents(&output.shape)) as usize))
        }
        Op::QLinearConv(conv) => {
            let extents = |shape: &[usize]| [0, 1, 2, 3].map(|axis| shape[axis] as u32);
            Some((ElementType::I16, conv.scratch(extents(&inputs[0].shape), extents(&output.shape)) as usize))
        }
        Op::Suppress(suppress) => Some((ElementType::U32, suppress.boxes as usize)),
        Op::Conv(conv) => {
            let spatial = |shape: &[usize]| [shape[1] as u32, shape[2] as u32];
            let input = &inputs[0].shape;
            let padded = conv.padded(spatial(input), spatial(&output.shape))?;
            Some((ElementType::F32, padded[0] as usize * padded[1] as usize * input[3]))
        }
        _ => None,
    }
}

fn scratch_of(step: &Step) -> Option<(ElementType, usize)> {
    match &step.kernel {
        Kernel::Conv(conv) if conv.is_depthwise() => None,
        Kernel::Conv(conv) => scratch(&Op::Conv(dense(conv)), &step.inputs, &step.output),
        Kernel::Quantized(quantized) => scratch(&Op::QuantizedConv(quantized.op()), &step.inputs, &step.output),
        Kernel::Linear(conv) => scratch(&Op::QLinearConv(conv.op.clone()), &step.inputs, &step.output),
        Kernel::Plain(op) => scratch(op, &step.inputs, &step.output),
    }
}
