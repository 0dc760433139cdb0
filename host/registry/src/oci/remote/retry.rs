//! Trying again, less and less often.

use super::error::Error;
use super::options::Options;
use super::progress::{Listener, Progress};
use std::time::Duration;

/// The longest that we wait before we try again. A registry that asks for more is not asked again.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// How much longer something that fails is tried.
#[derive(Debug)]
pub struct Patience<'a> {
    options: &'a Options,
    failures: u32,
}

impl<'a> Patience<'a> {
    pub fn new(options: &'a Options) -> Self {
        Self { options, failures: 0 }
    }

    /// Something has moved: failures before that do not count any more.
    pub fn renew(&mut self) {
        self.failures = 0;
    }

    /// Waits until it is time to try again.
    ///
    /// # Errors
    /// The error itself, if trying again is of no use.
    pub async fn wait(&mut self, error: Error, listener: Listener<'_>) -> Result<(), Error> {
        let Some(asked) = error.is_transient() else { return Err(error) };
        self.failures += 1;
        let doubled = self.options.pause.saturating_mul(1 << (self.failures - 1).min(16));
        let pause = asked.unwrap_or_else(|| jitter(doubled.min(MAX_PAUSE)));
        if self.failures >= self.options.attempts || pause > MAX_PAUSE {
            return Err(error);
        }
        listener(Progress::Waiting { reason: error.to_string(), pause });
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

/// Tries until it succeeds or trying is of no use.
///
/// # Errors
/// The last one.
pub async fn persist<T, F>(options: &Options, listener: Listener<'_>, attempt: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut patience = Patience::new(options);
    loop {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(error) => patience.wait(error, listener).await?,
        }
    }
}

/// Between half of it and all of it, so that those who failed together do not come back together.
fn jitter(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + 0.5 * fastrand::f64())
}
