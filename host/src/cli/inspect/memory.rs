//! The memory plan: what lies where in the arena, and when.

use maasm_plan::{Place, Plan, Tensor};
use serde::Serialize;

/// The memory that one inference needs.
#[derive(Serialize)]
pub(super) struct Memory {
    pub arena_bytes: u64,
    pub constants_bytes: u64,
    /// The most bytes that are needed at one time; the arena is larger where they leave gaps.
    pub peak_bytes: u64,
    /// The step at which that is, counted from 0 as `layers` are.
    pub peak_step: usize,
    /// In the order in which they are written.
    pub buffers: Vec<Buffer>,
}

/// A part of the arena for as long as its content is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Buffer {
    /// The layer that writes it, or the input's name.
    pub name: String,
    pub kind: Kind,
    pub offset: u64,
    pub bytes: u64,
    /// The first step that it holds something at.
    pub first: usize,
    /// The last step that needs it.
    pub last: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Input,
    Activation,
    /// Working memory of a single step.
    Scratch,
}

impl Buffer {
    pub fn lives_at(&self, step: usize) -> bool {
        (self.first..=self.last).contains(&step)
    }

    /// `step 3` or `steps 3 to 5`.
    pub fn life(&self) -> String {
        let Self { first, last, .. } = self;
        if first == last { format!("step {first}") } else { format!("steps {first} to {last}") }
    }

    pub fn end(&self) -> u64 {
        self.offset + self.bytes
    }
}

impl Memory {
    pub fn of(plan: &Plan) -> Self {
        let buffers = buffers(plan);
        let (peak_step, peak_bytes) = peak(&buffers, plan.steps.len());
        Self { arena_bytes: plan.arena_len, constants_bytes: plan.constants_len, peak_bytes, peak_step, buffers }
    }

    /// What is needed at the fullest step, the largest first.
    pub fn at_peak(&self) -> Vec<&Buffer> {
        let mut buffers: Vec<_> = self.buffers.iter().filter(|buffer| buffer.lives_at(self.peak_step)).collect();
        buffers.sort_by_key(|buffer| (std::cmp::Reverse(buffer.bytes), buffer.first));
        buffers
    }
}

/// The step with the most live bytes, the first of several, and how many they are.
fn peak(buffers: &[Buffer], steps: usize) -> (usize, u64) {
    let mut change = vec![0i128; steps.max(1) + 1];
    for buffer in buffers {
        change[buffer.first] += i128::from(buffer.bytes);
        change[buffer.last + 1] -= i128::from(buffer.bytes);
    }
    let mut live = 0;
    let mut peak = (0, 0);
    for (step, change) in change.iter().take(steps.max(1)).enumerate() {
        live += change;
        if live > peak.1 {
            peak = (step, live);
        }
    }
    (peak.0, peak.1 as u64)
}

/// Reads the lives of all buffers off the steps: one begins where a step writes, and goes on to the last step that
/// reads it. What is written again before anything has read it is one buffer that several steps fill, such as a
/// concatenation; what is written by a step that also reads it is changed in place.
fn buffers(plan: &Plan) -> Vec<Buffer> {
    let mut lives = Lives::default();
    for port in &plan.inputs {
        lives.write(plan.tensors.get(port.tensor as usize), &port.name, Kind::Input, 0, false);
    }
    for (index, step) in plan.steps.iter().enumerate() {
        let tensor = |id: &u32| plan.tensors.get(*id as usize);
        step.inputs.iter().for_each(|id| lives.read(tensor(id), index));
        for id in &step.outputs {
            lives.write(tensor(id), &step.name, Kind::Activation, index, step.inputs.contains(id));
        }
        lives.write(step.scratch.as_ref().and_then(tensor), &step.name, Kind::Scratch, index, false);
    }
    for port in &plan.outputs {
        lives.read(plan.tensors.get(port.tensor as usize), plan.steps.len().saturating_sub(1));
    }
    let mut all: Vec<Buffer> = lives.closed.into_iter().chain(lives.open.into_iter().map(|open| open.buffer)).collect();
    all.sort_by_key(|buffer| (buffer.first, buffer.offset));
    all
}

/// Buffers so far; those that are open may still be read.
#[derive(Default)]
struct Lives {
    open: Vec<Open>,
    closed: Vec<Buffer>,
}

struct Open {
    buffer: Buffer,
    read: bool,
}

impl Lives {
    fn read(&mut self, tensor: Option<&Tensor>, step: usize) {
        let Some((offset, bytes)) = tensor.and_then(in_arena) else { return };
        for open in self.open.iter_mut().filter(|open| open.overlaps(offset, bytes)) {
            open.buffer.last = step;
            open.read = true;
        }
    }

    fn write(&mut self, tensor: Option<&Tensor>, name: &str, kind: Kind, step: usize, in_place: bool) {
        let Some((offset, bytes)) = tensor.and_then(in_arena) else { return };
        let same =
            |open: &&mut Open| (open.buffer.offset, open.buffer.bytes, open.buffer.kind) == (offset, bytes, kind);
        if let Some(open) = self.open.iter_mut().find(|open| open.overlaps(offset, bytes))
            && (in_place || (same(&open) && !open.read))
        {
            open.buffer.last = step;
            return;
        }
        let (over, open) = std::mem::take(&mut self.open).into_iter().partition(|open| open.overlaps(offset, bytes));
        self.open = open;
        self.closed.extend(Vec::from_iter::<Vec<Open>>(over).into_iter().map(|open| open.buffer));
        let buffer = Buffer { name: name.into(), kind, offset, bytes, first: step, last: step };
        self.open.push(Open { buffer, read: false });
    }
}

impl Open {
    fn overlaps(&self, offset: u64, bytes: u64) -> bool {
        self.buffer.offset < offset + bytes && offset < self.buffer.end()
    }
}

/// Offset and bytes of what lies in the arena and is not empty.
fn in_arena(tensor: &Tensor) -> Option<(u64, u64)> {
    let Place::Arena(offset) = tensor.place else { return None };
    tensor.bytes().filter(|&bytes| bytes > 0).map(|bytes| (offset, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use maasm_plan::op::Fill;
    use maasm_plan::{ElementType, Op, Port, Step};

    fn tensor(offset: u64, floats: u32) -> Tensor {
        Tensor { element_type: ElementType::F32, shape: vec![floats], place: Place::Arena(offset) }
    }

    /// A plan of these steps over 0: 16 floats at 0, 1: 16 at 64, 2: 32 at 64, 3: 16 at 128.
    fn plan(steps: &[(&str, &[u32], u32)]) -> Plan {
        let port = |tensor| Port { name: "x".into(), shape: vec![16], tensor, axes: Vec::new(), count: None };
        let step = |&(name, inputs, output): &(&str, &[u32], u32)| Step {
            name: name.into(),
            op: Op::Fill(Fill { value: 0.0 }),
            inputs: inputs.to_vec(),
            outputs: vec![output],
            scratch: None,
        };
        Plan {
            inputs: vec![port(0)],
            outputs: vec![port(steps.last().unwrap().2)],
            tensors: vec![tensor(0, 16), tensor(64, 16), tensor(64, 32), tensor(128, 16)],
            steps: steps.iter().map(step).collect(),
            arena_len: 192,
            constants_len: 0,
        }
    }

    fn lives(plan: &Plan) -> Vec<(String, u64, usize, usize)> {
        buffers(plan).into_iter().map(|b| (b.name, b.offset, b.first, b.last)).collect()
    }

    #[test]
    fn a_buffer_lives_from_its_writing_to_its_last_reading() {
        let plan = plan(&[("a", &[0], 1), ("b", &[1], 3), ("c", &[0, 3], 1), ("d", &[1], 3)]);
        let of = |name: &str, offset, first, last| (name.to_string(), offset, first, last);
        let wanted = [of("x", 0, 0, 2), of("a", 64, 0, 1), of("b", 128, 1, 2), of("c", 64, 2, 3), of("d", 128, 3, 3)];
        assert_eq!(lives(&plan), wanted);
        let memory = Memory::of(&plan);
        assert_eq!((memory.peak_step, memory.peak_bytes), (1, 192));
        assert_eq!(memory.at_peak().iter().map(|b| b.name.as_str()).collect::<Vec<_>>(), ["x", "a", "b"]);
    }

    #[test]
    fn what_several_steps_fill_or_change_in_place_is_one_buffer() {
        let filled = plan(&[("a", &[0], 2), ("b", &[0], 2), ("c", &[2], 0)]);
        assert_eq!(lives(&filled)[1], ("a".into(), 64, 0, 2));
        let in_place = plan(&[("a", &[0], 0), ("b", &[0], 3)]);
        assert_eq!(lives(&in_place), [("x".into(), 0, 0, 1), ("b".into(), 128, 1, 1)]);
    }
}
