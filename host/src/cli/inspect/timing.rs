//! How long each step takes, measured by running the compiled model natively on this machine.

use anyhow::Context;
use maasm_compile::Compiled;
use maasm_plan::{ElementType, Step};
use maasm_runtime::{AlignedBytes, Executor};
use std::time::{Duration, Instant};

/// Once this much time has gone by, the runs so far are enough.
const ENOUGH: Duration = Duration::from_secs(1);
const FEWEST: usize = 5;
const MOST: usize = 100;

/// Medians over several runs.
pub struct Timing {
    /// How many.
    pub runs: usize,
    /// A whole inference.
    pub total: Duration,
    /// Every step.
    pub steps: Vec<Duration>,
}

/// Runs the model on random input, the same every time, after one run that does not count.
pub(super) fn measure(compiled: &Compiled) -> anyhow::Result<Timing> {
    let mut constants = AlignedBytes::zeroed(compiled.constants.len());
    constants.as_mut().copy_from_slice(&compiled.constants);
    let arena = AlignedBytes::zeroed(usize::try_from(compiled.plan.arena_len)?);
    let mut executor = Executor::new(compiled.plan.clone(), constants, arena).context("cannot run the model")?;
    let mut runs: Vec<Vec<Duration>> = Vec::new();
    set_inputs(&mut executor)?;
    executor.run().context("cannot run the model")?;
    let start = Instant::now();
    while runs.len() < FEWEST || (start.elapsed() < ENOUGH && runs.len() < MOST) {
        // A step may write over the inputs.
        set_inputs(&mut executor)?;
        let mut steps = Vec::with_capacity(compiled.plan.steps.len());
        let mut before = Instant::now();
        let observe = |_: usize, _: &Step| {
            let now = Instant::now();
            steps.push(now - before);
            before = now;
        };
        executor.run_observed(observe).context("cannot run the model")?;
        runs.push(steps);
    }
    let steps = (0..compiled.plan.steps.len()).map(|step| median(runs.iter().map(|run| run[step]).collect()));
    let total = median(runs.iter().map(|run| run.iter().sum()).collect());
    Ok(Timing { runs: runs.len(), total, steps: steps.collect() })
}

/// Random numbers for f32; zeros for other types, since whole numbers may be indices into a table.
fn set_inputs(executor: &mut Executor<AlignedBytes>) -> anyhow::Result<()> {
    let mut random = fastrand::Rng::with_seed(0);
    for index in 0..executor.plan().inputs.len() {
        let tensor = &executor.plan().tensors[executor.plan().inputs[index].tensor as usize];
        let mut bytes = vec![0; tensor.bytes().unwrap_or(0) as usize];
        if tensor.element_type == ElementType::F32 {
            bytes.as_chunks_mut().0.iter_mut().for_each(|value| *value = random.f32().to_le_bytes());
        }
        executor.set_input(index, &bytes).context("cannot run the model")?;
    }
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
