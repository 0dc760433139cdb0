//! Blocking calls on threads of their own: so many at once, so many waiting, the rest is turned away.

use super::{Kind, Problem, ServerOptions};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Where blocking calls run.
#[derive(Clone)]
pub struct Workers {
    /// One for each call that runs.
    running: Arc<Semaphore>,
    /// One for each call that runs or waits.
    admitted: Arc<Semaphore>,
    max_wait: Duration,
}

impl Workers {
    pub fn new(options: &ServerOptions) -> Self {
        Self {
            running: Arc::new(Semaphore::new(options.max_concurrent)),
            admitted: Arc::new(Semaphore::new(options.max_concurrent + options.max_waiting)),
            max_wait: options.max_wait,
        }
    }

    /// Runs a call when its turn has come. A caller that goes away while waiting gives its place back; one that goes
    /// away later leaves the call to end by itself, which keeps its place until then.
    ///
    /// # Errors
    /// If too many are waiting already, or the turn does not come in time.
    pub async fn run<T: Send + 'static>(&self, call: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| busy("too many requests are waiting"))?;
        let turn = tokio::time::timeout(self.max_wait, self.running.clone().acquire_owned());
        let Ok(Ok(turn)) = turn.await else { return Err(busy("the turn did not come in time")) };
        let outcome = tokio::task::spawn_blocking(move || {
            let _places = (admitted, turn);
            call()
        });
        outcome.await.map_err(|_| Problem::new(Kind::Internal, "the call ended without an answer"))
    }
}

fn busy(reason: &str) -> Problem {
    Problem::new(Kind::Busy, format!("{reason}; try again shortly"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn workers(max_concurrent: usize, max_waiting: usize, max_wait: Duration) -> Workers {
        Workers::new(&ServerOptions { max_concurrent, max_waiting, max_wait, ..ServerOptions::default() })
    }

    #[tokio::test]
    async fn a_call_that_finds_no_place_is_turned_away_and_the_next_one_is_not() {
        let workers = workers(1, 0, Duration::from_secs(1));
        let (end, until) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let workers = workers.clone();
            async move { workers.run(move || until.recv()).await.is_ok() }
        });
        while workers.admitted.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(workers.run(|| ()).await.unwrap_err().kind(), Kind::Busy);
        end.send(()).unwrap();
        assert!(first.await.unwrap());
        assert!(workers.run(|| ()).await.is_ok());
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_keeps_no_place() {
        let workers = workers(1, 1, Duration::from_secs(9));
        let (end, until) = mpsc::channel::<()>();
        let running = tokio::spawn({
            let workers = workers.clone();
            async move { workers.run(move || until.recv()).await.is_ok() }
        });
        while workers.running.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let gone = tokio::time::timeout(Duration::from_millis(10), workers.run(|| ())).await;
        assert!(gone.is_err(), "it waits");
        assert_eq!(workers.admitted.available_permits(), 1);
        end.send(()).unwrap();
        assert!(running.await.unwrap());
    }

    #[tokio::test]
    async fn a_call_that_panics_is_an_internal_problem_and_gives_its_place_back() {
        let workers = workers(1, 0, Duration::from_secs(1));
        let problem = workers
            .run(|| {
                if true {
                    panic!("on purpose")
                }
            })
            .await
            .unwrap_err();
        assert_eq!(problem.kind(), Kind::Internal);
        assert!(workers.run(|| ()).await.is_ok());
    }
}
