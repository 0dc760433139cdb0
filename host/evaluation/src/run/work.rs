//! Threads take chunks of samples and answer them.

use super::checkpoint::{Checkpoint, CheckpointError, Header};
use super::record::{self, Answer};
use super::{Answers, Fault, Scorer, Scorers, Times};
use crate::data::{Dataset, hex};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How to evaluate.
pub struct Options<'a> {
    /// How many threads answer samples; at least one does.
    pub threads: usize,
    /// How many numbers an answer has: the model's classes, or the numbers that it gives.
    pub width: usize,
    /// Where answers are kept, so that a process that was killed does not begin anew; none keeps them for this process only.
    pub checkpoint: Option<&'a Path>,
    /// What the same answers would come from again, beside the data: the model's digest, and how it is run.
    pub identity: &'a str,
    /// Is told how far it is, from any thread.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// Whether to stop.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Samples that have an answer, or have shown that they have none.
    pub done: usize,
    /// All samples.
    pub samples: usize,
    /// Samples that an earlier process had done.
    pub resumed: usize,
}

/// Why there are no answers.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// They cannot be kept.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The model cannot be run.
    #[error("{0}")]
    Engine(String),
    /// It was called off.
    #[error("the evaluation was called off")]
    Cancelled,
}

/// How long answering took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// How long this process took.
    pub elapsed: Duration,
    /// Samples that an earlier process had done.
    pub resumed: usize,
    /// How many threads there were.
    pub threads: usize,
}

/// Answers all samples.
///
/// # Errors
/// If the model cannot be run at all, the answers cannot be kept, or it is called off. What was answered stays in the
/// checkpoint.
pub fn run(data: &Dataset, scorers: &impl Scorers, options: &Options) -> Result<(Answers, Effort), RunError> {
    let identity = format!("{} {}", options.identity, hex(&data.fingerprint()));
    let header = Header::new(&identity, data.len(), options.width);
    let checkpoint = open(options, &header)?;
    let missing = checkpoint.missing();
    let resumed = data.len() - missing.iter().map(|&chunk| checkpoint.range(chunk).len()).sum::<usize>();
    let threads = options.threads.clamp(1, missing.len().max(1));

    let start = Instant::now();
    let shared = Shared {
        data,
        options,
        missing: &missing,
        next: AtomicUsize::new(0),
        done: AtomicUsize::new(resumed),
        resumed,
        stopped: AtomicBool::new(false),
        checkpoint: Mutex::new(checkpoint),
    };
    shared.tell();
    let results: Vec<Result<(), RunError>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(|| shared.work(scorers))).collect();
        let join = |thread: std::thread::ScopedJoinHandle<_>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    });
    // Who was only told to stop does not know why.
    let mut errors: Vec<RunError> = results.into_iter().filter_map(Result::err).collect();
    errors.sort_by_key(|error| matches!(error, RunError::Cancelled));
    if let Some(error) = errors.into_iter().next() {
        return Err(error);
    }
    let checkpoint = shared.checkpoint.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((Answers { checkpoint }, Effort { elapsed: start.elapsed(), resumed, threads }))
}

/// How long one waits for another that was called off and has not ended yet.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

fn open(options: &Options, header: &Header) -> Result<Checkpoint, CheckpointError> {
    let start = Instant::now();
    loop {
        match Checkpoint::open(options.checkpoint, header) {
            Err(CheckpointError::Busy) if start.elapsed() < PATIENCE && !(options.cancelled)() => {
                std::thread::sleep(PAUSE);
            }
            outcome => return outcome,
        }
    }
}

struct Shared<'a> {
    data: &'a Dataset,
    options: &'a Options<'a>,
    missing: &'a [usize],
    next: AtomicUsize,
    done: AtomicUsize,
    resumed: usize,
    stopped: AtomicBool,
    checkpoint: Mutex<Checkpoint>,
}

impl Shared<'_> {
    fn work(&self, scorers: &impl Scorers) -> Result<(), RunError> {
        let worked = self.chunks(scorers);
        if worked.is_err() {
            self.stopped.store(true, Ordering::Relaxed);
        }
        worked
    }

    fn chunks(&self, scorers: &impl Scorers) -> Result<(), RunError> {
        if self.missing.is_empty() {
            return Ok(());
        }
        let mut scorer = scorers.scorer().map_err(RunError::Engine)?;
        while let Some(&chunk) = self.missing.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let range = self.lock().range(chunk);
            let mut answers = Vec::new();
            for index in range {
                if self.stopped.load(Ordering::Relaxed) || (self.options.cancelled)() {
                    return Err(RunError::Cancelled);
                }
                let answer = self.answer(&mut scorer, index)?;
                record::write(&answer, &mut answers);
                self.done.fetch_add(1, Ordering::Relaxed);
                self.tell();
            }
            self.lock().append(chunk, &answers)?;
        }
        Ok(())
    }

    fn answer(&self, scorer: &mut impl Scorer, index: usize) -> Result<Answer, RunError> {
        let bytes = match self.data.read(index) {
            Ok(bytes) => bytes,
            Err(reason) => return Ok(Answer { digest: None, times: Times::default(), values: Err(reason) }),
        };
        let digest = Some(Sha256::digest(&bytes).into());
        match scorer.score(&bytes) {
            Ok(scored) if scored.values.len() == self.options.width => {
                // Nothing follows from what is no number, and no figure would tell that it is there.
                let values = match maasm_metrics::not_finite(&scored.values) {
                    None => Ok(scored.values),
                    Some(place) => Err(maasm_metrics::no_number(place, scored.values[place])),
                };
                Ok(Answer { digest, times: scored.times, values })
            }
            Ok(scored) => {
                let (found, width) = (scored.values.len(), self.options.width);
                Err(RunError::Engine(format!("the model gives {found} numbers, they should be {width}")))
            }
            Err(Fault::Sample(reason)) => Ok(Answer { digest, times: Times::default(), values: Err(reason) }),
            Err(Fault::Engine(reason)) => Err(RunError::Engine(reason)),
        }
    }

    fn tell(&self) {
        let (done, samples) = (self.done.load(Ordering::Relaxed), self.data.len());
        (self.options.progress)(Progress { done, samples, resumed: self.resumed });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Checkpoint> {
        self.checkpoint.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
