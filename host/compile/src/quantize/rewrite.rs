//! Steps of f32 become steps of bytes.

use super::conv::{Quantized, fits};
use super::observe::{Calibration, Observed};
use crate::draft::{BufferId, Draft, Operand, Step};
use crate::kernel::Kernel;
use crate::lower::Model;
use maasm_plan::op::PoolKind;
use maasm_plan::{ElementType, Op};
use std::collections::{HashMap, HashSet};

/// Makes every convolution that can be one of bytes, where calibration knows its range. The steps must be those of the
/// plan that was calibrated. Returns how many there are.
pub fn rewrite(model: &mut Model, calibration: &Calibration) -> usize {
    let draft = &mut model.draft;
    let steps: Vec<Step> = std::mem::take(&mut draft.steps).into_iter().flatten().collect();
    assert_eq!(steps.len(), calibration.steps.len(), "the calibration is another network's");
    let is_left = |index: usize| calibration.left.contains(&index);
    let mut chosen: Vec<bool> =
        (0..steps.len()).map(|index| !is_left(index) && is_chosen(&steps[index], draft)).collect();
    let mut known: HashMap<BufferId, Observed> = HashMap::new();
    if let Some((_, input)) = model.inputs.first() {
        known.insert(input.buffer, calibration.input.clone());
    }
    for (step, observed) in steps.iter().zip(&calibration.steps) {
        if let Some(observed) = observed {
            known.insert(step.output.buffer, observed.clone());
        }
    }
    for index in pools_between(&steps, &chosen) {
        let [from, to] = [steps[index].inputs[0].buffer, steps[index].output.buffer];
        // The largest byte stands for the largest number, on the same scale.
        if let (Some(Observed { scale, .. }), Some(mut observed)) = (known.get(&from).cloned(), known.remove(&to)) {
            observed.scale = scale;
            known.insert(to, observed);
            chosen[index] = true;
        }
    }
    let outputs: HashSet<BufferId> = model.outputs.iter().map(|(_, value)| value.buffer).collect();
    let needs = Needs::of(&steps, &chosen, &outputs);
    let mut rewriting = Rewriting { draft, known, bytes: HashMap::new(), steps: Vec::new() };
    let mut count = 0;
    for (step, chosen) in steps.into_iter().zip(chosen) {
        let is_known =
            step.inputs.iter().chain([&step.output]).all(|operand| rewriting.known.contains_key(&operand.buffer));
        if chosen && is_known && matches!(step.kernel, Kernel::Conv(_)) {
            rewriting.convolution(step, &needs);
            count += 1;
        } else if chosen && is_known {
            rewriting.pool(step, &needs);
        } else {
            rewriting.steps.push(Some(step));
        }
    }
    let steps = rewriting.steps;
    draft.steps = steps;
    count
}

/// Whether a step is a convolution that can be one of bytes.
fn is_chosen(step: &Step, draft: &Draft) -> bool {
    let Kernel::Conv(conv) = &step.kernel else { return false };
    let is_computed = |operand: &Operand| {
        let buffer = &draft.buffers[operand.buffer];
        buffer.element_type == ElementType::F32 && buffer.constant.is_none()
    };
    fits(conv) && step.inputs.iter().all(is_computed)
}

/// The max-pools that lie between convolutions that are chosen: they find the largest of bytes as well.
fn pools_between(steps: &[Step], chosen: &[bool]) -> Vec<usize> {
    let convolutions = || steps.iter().zip(chosen).filter(|(_, chosen)| **chosen).map(|(step, _)| step);
    let written: HashSet<BufferId> = convolutions().map(|step| step.output.buffer).collect();
    let read: HashSet<BufferId> = convolutions().flat_map(|step| &step.inputs).map(|input| input.buffer).collect();
    let is_between = |step: &Step| {
        let is_pool = matches!(&step.kernel, Kernel::Plain(Op::Pool(pool)) if pool.kind == PoolKind::Max);
        is_pool && written.contains(&step.inputs[0].buffer) && read.contains(&step.output.buffer)
    };
    (0..steps.len()).filter(|&index| is_between(&steps[index])).collect()
}

/// Which buffers are read as what.
struct Needs {
    bytes: HashSet<BufferId>,
    floats: HashSet<BufferId>,
}

impl Needs {
    fn of(steps: &[Step], chosen: &[bool], outputs: &HashSet<BufferId>) -> Self {
        let (mut bytes, mut floats) = (HashSet::new(), outputs.clone());
        for (step, &chosen) in steps.iter().zip(chosen) {
            let read = if chosen { &mut bytes } else { &mut floats };
            read.extend(step.inputs.iter().map(|operand| operand.buffer));
        }
        Self { bytes, floats }
    }
}

struct Rewriting<'a> {
    draft: &'a mut Draft,
    known: HashMap<BufferId, Observed>,
    /// The buffers of bytes that stand for buffers of f32.
    bytes: HashMap<BufferId, BufferId>,
    steps: Vec<Option<Step>>,
}

impl Rewriting<'_> {
    fn convolution(&mut self, step: Step, needs: &Needs) {
        let Kernel::Conv(conv) = step.kernel else { unreachable!("it was chosen because it is one") };
        let inputs: Vec<Operand> = step.inputs.iter().map(|input| self.as_bytes(&step.name, input)).collect();
        let input = &self.known[&step.inputs[0].buffer];
        let residual = step.inputs.get(1).map(|residual| self.known[&residual.buffer].scale);
        let output = step.output;
        let gives_bytes = residual.is_some() || needs.bytes.contains(&output.buffer);
        let scale = self.known[&output.buffer].scale;
        let quantized = Quantized {
            conv: *conv,
            input: input.scale,
            means: input.means.clone(),
            output: gives_bytes.then_some(scale),
            residual,
        };
        let to = match gives_bytes {
            true => Operand { buffer: self.bytes_of(&output), shape: output.shape.clone() },
            false => output.clone(),
        };
        let kernel = Kernel::Quantized(Box::new(quantized));
        self.push(&step.name, kernel, inputs, to.clone());
        if gives_bytes {
            self.as_floats(&step.name, to, output, needs);
        }
    }

    fn pool(&mut self, step: Step, needs: &Needs) {
        let input = self.as_bytes(&step.name, &step.inputs[0]);
        let to = Operand { buffer: self.bytes_of(&step.output), shape: step.output.shape.clone() };
        self.push(&step.name, step.kernel, vec![input], to.clone());
        self.as_floats(&step.name, to, step.output, needs);
    }

    /// Bytes as f32 numbers, where something reads those.
    fn as_floats(&mut self, name: &str, bytes: Operand, floats: Operand, needs: &Needs) {
        if needs.floats.contains(&floats.buffer) {
            let op = Op::Dequantize(self.known[&floats.buffer].scale);
            self.push(name, Kernel::Plain(op), vec![bytes], floats);
        }
    }

    /// A tensor as bytes, made of its f32 numbers if need be.
    fn as_bytes(&mut self, name: &str, operand: &Operand) -> Operand {
        if let Some(&buffer) = self.bytes.get(&operand.buffer) {
            return Operand { buffer, shape: operand.shape.clone() };
        }
        let bytes = Operand { buffer: self.bytes_of(operand), shape: operand.shape.clone() };
        let op = Op::Quantize(self.known[&operand.buffer].scale);
        self.push(name, Kernel::Plain(op), vec![operand.clone()], bytes.clone());
        bytes
    }

    fn bytes_of(&mut self, operand: &Operand) -> BufferId {
        let elements = self.draft.buffers[operand.buffer].elements;
        let buffer = self.draft.buffer(elements, ElementType::U8);
        self.bytes.insert(operand.buffer, buffer);
        buffer
    }

    fn push(&mut self, name: &str, kernel: Kernel, inputs: Vec<Operand>, output: Operand) {
        self.steps.push(Some(Step { name: name.into(), kernel, inputs, output }));
    }
}
