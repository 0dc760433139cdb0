//! Signals that end the process: what is temporary goes first.

use super::passing;
use signal_hook::consts::signal::{
    SIGALRM, SIGHUP, SIGINT, SIGPIPE, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::fs;
use std::process::exit;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// The signals that end a process and can be caught, but for those that tell a fault of the process itself.
const ENDING: [i32; 12] =
    [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ];

/// Signals that are somebody else's business, a bit for each.
static LEFT: AtomicU64 = AtomicU64::new(0);

/// Leaves these signals to whoever listens for them already.
pub fn leave(signals: &[i32]) {
    LEFT.fetch_or(signals.iter().map(|&signal| bit(signal)).sum(), Ordering::SeqCst);
}

/// Waits for signals from now on, on a thread of its own.
pub(super) fn watch() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let ignored = ignored();
        let signals = ENDING.iter().filter(|&&signal| ignored & bit(signal) == 0);
        // Without it a signal ends the process at once, and the next process tidies up.
        let Ok(mut signals) = Signals::new(signals) else { return };
        let wait = move || {
            for signal in signals.forever().filter(|&signal| LEFT.load(Ordering::SeqCst) & bit(signal) == 0) {
                passing::end_with(|| {
                    let _ = emulate_default_handler(signal);
                    exit(128 + signal);
                });
            }
        };
        let _ = thread::Builder::new().name("signals".into()).spawn(wait);
    });
}

/// The signals that whoever started the process wants ignored, as `nohup` and shells do for what runs in the background.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

fn bit(signal: i32) -> u64 {
    1 << (signal - 1)
}
