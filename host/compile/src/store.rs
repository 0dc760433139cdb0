//! Weights take less room: they are kept in a smaller form, and become f32 numbers right before the layer that reads them.
//!
//! Steps that widen them are put before each such layer; they write to a part of the arena that all of them share. So an
//! instance starts as fast as before, has the weights of one layer more in memory, and computes as before.

use half::f16;
use maasm_component::WeightFormat;
use maasm_plan::op::PANEL;
use maasm_plan::{ALIGNMENT, ElementType, Op, Place, Plan, Step, Tensor, TensorId};
use std::collections::HashMap;

/// Weights of fewer bytes stay as they are: little would be won.
const SMALLEST: usize = 4096;

/// The plan with its dense weights in another form, and its constants.
pub fn store(plan: Plan, constants: &[u8], format: WeightFormat) -> (Plan, Vec<u8>) {
    let Plan { inputs, outputs, tensors, steps, arena_len, .. } = plan;
    let mut storing =
        Storing { old: constants, before: tensors.len(), tensors, constants: vec![], arena_len, shared: 0 };
    let mut stored = Vec::with_capacity(steps.len());
    for mut step in steps {
        if let Op::Conv(conv) = &step.op {
            let channels = storing.tensors[step.outputs[0] as usize].shape[3] / conv.groups;
            let panels = conv.groups * channels.div_ceil(PANEL);
            let weights = step.inputs[1];
            if let Some(widened) = storing.smaller(&mut stored, &step.name, weights, panels as usize, format) {
                step.inputs[1] = widened;
            }
        }
        stored.push(step);
    }
    let read = stored.iter().flat_map(|step| &step.inputs).chain(outputs.iter().map(|port| &port.tensor));
    storing.keep(read.copied().collect());
    let Storing { tensors, constants, shared, .. } = storing;
    let constants_len = constants.len() as u64;
    (Plan { inputs, outputs, tensors, steps: stored, arena_len: arena_len + shared, constants_len }, constants)
}

struct Storing<'a> {
    old: &'a [u8],
    /// How many tensors there were.
    before: usize,
    tensors: Vec<Tensor>,
    constants: Vec<u8>,
    /// Where the shared part of the arena begins, and how long it is.
    arena_len: u64,
    shared: u64,
}

impl Storing<'_> {
    /// Keeps weights in a smaller form, if it is one: then appends the steps that widen them, and says what they write.
    fn smaller(
        &mut self,
        steps: &mut Vec<Step>,
        name: &str,
        weights: TensorId,
        panels: usize,
        format: WeightFormat,
    ) -> Option<TensorId> {
        let floats = self.floats(weights)?;
        let shape = self.tensors[weights as usize].shape.clone();
        let mut widen = |op, inputs, output| {
            steps.push(Step { name: name.into(), op, inputs, outputs: vec![output], scratch: None });
        };
        match format {
            WeightFormat::F16 => {
                let bytes: Vec<u8> = floats.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect();
                let kept = self.constant(ElementType::F16, shape.clone(), &bytes);
                let widened = self.widened(shape);
                widen(Op::Cast, vec![kept], widened);
                Some(widened)
            }
            WeightFormat::Int8 => {
                let lanes = PANEL as usize;
                // Of each panel all weights of eight output channels follow each other, those side by side.
                let length = floats.len() / (panels * lanes);
                let factors: Vec<f32> =
                    (0..panels * lanes).map(|i| factor(&floats, i / lanes, i % lanes, length)).collect();
                let byte = |(i, &value): (usize, &f32)| {
                    let factor = factors[i / (length * lanes) * lanes + i % lanes];
                    (value / factor).round_ties_even().clamp(-127.0, 127.0) as i8 as u8
                };
                let bytes: Vec<u8> = floats.iter().enumerate().map(byte).collect();
                let kept = self.constant(ElementType::I8, shape.clone(), &bytes);
                let factors: Vec<u8> = factors.iter().flat_map(|value| value.to_le_bytes()).collect();
                let factors = self.constant(ElementType::F32, vec![(panels * lanes) as u32], &factors);
                let widened = self.widened(shape);
                widen(Op::Widen, vec![kept, factors], widened);
                Some(widened)
            }
            WeightFormat::Sparse => {
                let kept: Vec<u8> =
                    floats.iter().filter(|value| **value != 0.0).flat_map(|v| v.to_le_bytes()).collect();
                let bits =
                    |eight: &[f32]| eight.iter().rev().fold(0, |bits, value| bits << 1 | u8::from(*value != 0.0));
                let mask: Vec<u8> = floats.chunks(8).map(bits).collect();
                if mask.len() + kept.len() >= floats.len() * size_of::<f32>() {
                    return None;
                }
                let elements = vec![(kept.len() / size_of::<f32>()) as u32];
                let mask = self.constant(ElementType::U8, vec![mask.len() as u32], &mask);
                let kept = self.constant(ElementType::F32, elements, &kept);
                let widened = self.widened(shape);
                widen(Op::Unpack, vec![mask, kept], widened);
                Some(widened)
            }
        }
    }

    /// Constant weights that are worth it.
    fn floats(&self, weights: TensorId) -> Option<Vec<f32>> {
        let tensor = &self.tensors[weights as usize];
        let Place::Constants(offset) = tensor.place else { return None };
        let length = tensor.bytes()? as usize;
        if tensor.element_type != ElementType::F32 || length < SMALLEST {
            return None;
        }
        let bytes = &self.old[offset as usize..offset as usize + length];
        Some(bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
    }

    /// A new tensor among the constants.
    fn constant(&mut self, element_type: ElementType, shape: Vec<u32>, bytes: &[u8]) -> TensorId {
        let offset = append(&mut self.constants, bytes);
        self.tensors.push(Tensor { element_type, shape, place: Place::Constants(offset) });
        (self.tensors.len() - 1) as TensorId
    }

    /// A new tensor in the shared part of the arena.
    fn widened(&mut self, shape: Vec<u32>) -> TensorId {
        let place = Place::Arena(self.arena_len.next_multiple_of(ALIGNMENT));
        let tensor = Tensor { element_type: ElementType::F32, shape, place };
        let length = tensor.bytes().unwrap_or(0).next_multiple_of(ALIGNMENT) + ALIGNMENT;
        self.shared = self.shared.max(length);
        self.tensors.push(tensor);
        (self.tensors.len() - 1) as TensorId
    }

    /// Moves those of the old constants that are read to the new ones.
    fn keep(&mut self, read: Vec<TensorId>) {
        let mut moved = HashMap::new();
        for (id, tensor) in self.tensors.iter_mut().enumerate().take(self.before) {
            let Place::Constants(offset) = tensor.place else { continue };
            if !read.contains(&(id as TensorId)) {
                *tensor = Tensor { element_type: ElementType::U8, shape: vec![0], place: Place::Constants(0) };
                continue;
            }
            let bytes = &self.old[offset as usize..][..tensor.bytes().unwrap_or(0) as usize];
            let to = *moved.entry((offset, bytes.len())).or_insert_with(|| append(&mut self.constants, bytes));
            tensor.place = Place::Constants(to);
        }
    }
}

/// Appends to the constants, aligned, and says where.
fn append(constants: &mut Vec<u8>, bytes: &[u8]) -> u64 {
    let start = constants.len().next_multiple_of(ALIGNMENT as usize);
    constants.resize(start, 0);
    constants.extend(bytes);
    start as u64
}

/// What one step of an output channel's bytes stands for.
fn factor(floats: &[f32], panel: usize, lane: usize, length: usize) -> f32 {
    let lanes = PANEL as usize;
    let channel = floats[panel * length * lanes..][..length * lanes].iter().skip(lane).step_by(lanes);
    let largest = channel.fold(0.0f32, |largest, value| largest.max(value.abs()));
    if largest > f32::MIN_POSITIVE * 127.0 { largest / 127.0 } else { 1.0 }
}
