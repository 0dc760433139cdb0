//! How figures are computed, and with how much of the machine.

use maasm_evaluation::summary::Method;
use std::num::{NonZeroU32, NonZeroUsize};

/// The options that say it.
#[derive(clap::Args)]
pub struct Effort {
    /// How many threads evaluate [default: the number of cores]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroU32>,
    /// How often samples are drawn again for 95 % intervals
    #[arg(long, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u32).range(..=100_000))]
    pub resamples: u32,
    /// What the draws begin with
    #[arg(long, value_name = "N", default_value = "0")]
    pub seed: u64,
}

impl Effort {
    /// The same as an evaluation takes it.
    pub fn method(&self) -> Method {
        let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = self.threads.map_or_else(cores, |threads| threads.get() as usize);
        Method { seed: self.seed, resamples: self.resamples, threads }
    }
}
