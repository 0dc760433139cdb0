//! A model is run on random inputs, the same every time.

use maasm_compile::Compiled;
use maasm_plan::{ElementType, Recipe};
use maasm_runtime::{AlignedBytes, Executor};

/// The number of inputs that a model is tried on.
pub const RUNS: u64 = 4;
/// … if one of them takes many multiply-accumulate operations.
const FEW_RUNS: u64 = 2;
const MANY: u64 = 5_000_000_000;
/// The most bytes of activations of a model that is tried: inputs as large as they are take long to be made up.
const MOST_ACTIVATIONS: u64 = 128 << 20;

/// The lowest score that is as good as 1.
const SURE: f64 = 0.999;

/// The elements of the first output, over all runs.
#[derive(Clone, Copy, Debug)]
pub struct Tried {
    pub low: f64,
    pub high: f64,
    /// The largest distance of their sum from 1.
    pub off: f64,
    /// True if some answer was not sure of one class, and answers differed.
    pub is_telling: bool,
}

impl Tried {
    /// Sums up answers; none if there are none.
    pub fn of(answers: &[Vec<f64>]) -> Option<Self> {
        let (first, all) = (answers.first()?, || answers.iter().flatten().copied());
        let unsure = |answer: &Vec<f64>| answer.iter().all(|score| *score < SURE);
        Some(Self {
            low: all().fold(f64::INFINITY, f64::min),
            high: all().fold(f64::NEG_INFINITY, f64::max),
            off: answers.iter().map(|answer| (answer.iter().sum::<f64>() - 1.0).abs()).fold(0.0, f64::max),
            is_telling: answers.iter().any(unsure) && answers.iter().any(|answer| answer != first),
        })
    }
}

/// Tries a compiled model natively; none if it gives no floats, or is too large to be run while somebody waits.
pub fn natively(compiled: &Compiled, recipe: Option<&Recipe>) -> Option<Tried> {
    let output = compiled.plan.element_type(compiled.plan.outputs.first()?);
    if compiled.plan.arena_len > MOST_ACTIVATIONS
        || !matches!(output, ElementType::F16 | ElementType::F32 | ElementType::F64)
    {
        return None;
    }
    let mut executor = executor(compiled)?;
    let runs = if compiled.multiply_accumulates > MANY { FEW_RUNS } else { RUNS };
    let answers: Vec<Vec<f64>> = (0..runs).filter_map(|run| answer(&mut executor, recipe, run)).collect();
    Tried::of(&answers)
}

fn executor(compiled: &Compiled) -> Option<Executor<AlignedBytes>> {
    let mut constants = AlignedBytes::zeroed(compiled.constants.len());
    constants.as_mut().copy_from_slice(&compiled.constants);
    let arena = AlignedBytes::zeroed(usize::try_from(compiled.plan.arena_len).ok()?);
    Executor::new(compiled.plan.clone(), constants, arena).ok()
}

/// The first output of a run; none if the model takes no such input, or gives what is no number.
fn answer(executor: &mut Executor<AlignedBytes>, recipe: Option<&Recipe>, run: u64) -> Option<Vec<f64>> {
    for index in 0..executor.plan().inputs.len() {
        let port = &executor.plan().inputs[index];
        let tensor = &executor.plan().tensors[port.tensor as usize];
        let elements = usize::try_from(tensor.elements()?).ok()?;
        let bytes = match tensor.element_type {
            ElementType::F32 => floats(ends(recipe.filter(|_| index == 0), run), elements, run),
            other => whole_numbers(usize::try_from(other.size()).ok()?, elements, run),
        };
        executor.set_input(index, &bytes).ok()?;
    }
    executor.run().ok()?;
    let bytes = executor.output(0);
    let numbers: Vec<f64> = match executor.plan().element_type(executor.plan().outputs.first()?) {
        ElementType::F32 => bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes).into()).collect(),
        ElementType::F64 => bytes.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect(),
        ElementType::F16 => bytes.as_chunks().0.iter().map(|&bytes| half::f16::from_le_bytes(bytes).into()).collect(),
        _ => return None,
    };
    numbers.iter().all(|number| number.is_finite()).then_some(numbers)
}

/// Numbers of f32 for an input. Pictures are not all noise: every other input is even, but for a little.
pub fn floats((low, high): (f32, f32), elements: usize, run: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(run);
    let (middle, spread) = if run.is_multiple_of(2) { (0.5, 1.0) } else { (random.f32(), 0.1) };
    let mut value = || low + (high - low) * (middle + spread * (random.f32() - 0.5)).clamp(0.0, 1.0);
    (0..elements).flat_map(|_| value().to_le_bytes()).collect()
}

/// Whole numbers of so many bytes for an input: zeros and ones, since they may be indices into a table.
pub fn whole_numbers(width: usize, elements: usize, run: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(run);
    let mut bytes = vec![0; elements * width];
    bytes.iter_mut().step_by(width).for_each(|byte| *byte = random.u8(..2));
    bytes
}

/// The range of an input's numbers: that of pixels under the recipe; without one, that which networks are usually given.
pub fn ends(recipe: Option<&Recipe>, run: u64) -> (f32, f32) {
    let Some(Recipe::Image(recipe)) = recipe else { return if run < 2 { (0.0, 1.0) } else { (-2.0, 2.0) } };
    let ends = recipe.mean.iter().zip(&recipe.scale).flat_map(|(mean, scale)| [-mean * scale, (255.0 - mean) * scale]);
    ends.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), end| (low.min(end), high.max(end)))
}
