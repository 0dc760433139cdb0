//! Ends inferences that take too long.

use ort::session::RunOptions;
use std::io;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// A thread that ends inferences which take longer than all may. It ends with its last clone.
#[derive(Clone)]
pub struct Watch {
    deadline: Duration,
    begun: Sender<(Instant, Weak<RunOptions>)>,
}

impl Watch {
    /// Inferences may take so long.
    pub fn new(deadline: Duration) -> io::Result<Self> {
        let (begun, inferences) = channel::<(Instant, Weak<RunOptions>)>();
        // All may take the same time, so whichever began first is the first whose time is over.
        let watch = move || {
            for (end, inference) in inferences {
                if inference.strong_count() > 0 {
                    thread::sleep(end.saturating_duration_since(Instant::now()));
                }
                if let Some(inference) = inference.upgrade() {
                    // It cannot fail: it sets a flag.
                    let _ = inference.terminate();
                }
            }
        };
        thread::Builder::new().name("inferences".into()).spawn(watch)?;
        Ok(Self { deadline, begun })
    }

    /// How long an inference may take.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// What an inference is run with that begins now.
    pub fn begin(&self) -> ort::Result<Arc<RunOptions>> {
        let options = Arc::new(RunOptions::new()?);
        // What may take longer than clocks can tell is not watched.
        if let Some(end) = Instant::now().checked_add(self.deadline) {
            // The thread ends only when nobody can send it anything.
            let _ = self.begun.send((end, Arc::downgrade(&options)));
        }
        Ok(options)
    }
}
