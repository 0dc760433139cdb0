//! Panics on the way, also those that the compiler contains and tells as errors.

use maasm_compile::{self as compile, Options};
use serde::{Deserialize, Serialize};
use std::panic::{self, PanicHookInfo};
use std::path::Path;
use std::sync::Mutex;
use tract_onnx::pb::ModelProto;

static HEARD: Mutex<Vec<Panic>> = Mutex::new(Vec::new());

/// A panic.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Panic {
    /// The source file and line.
    pub place: String,
    /// What it says.
    pub message: String,
    /// Whether that is in this project's own code, which is not to panic at all.
    pub own: bool,
}

/// Hears of every panic from now on.
pub fn listen() {
    // The compiler's own hook, which is set at its first use, keeps contained panics quiet; this one comes before it.
    let _ = compile::compile(&ModelProto::default(), &Options::default());
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if let Ok(mut heard) = HEARD.lock() {
            heard.push(Panic::of(info));
        }
        previous(info);
    }));
}

/// The panics since the last time that this was asked.
pub fn heard() -> Vec<Panic> {
    HEARD.lock().map(|mut heard| std::mem::take(&mut *heard)).unwrap_or_default()
}

impl Panic {
    fn of(info: &PanicHookInfo) -> Self {
        let (file, line) = info.location().map_or(("unknown", 0), |location| (location.file(), location.line()));
        let message = info.payload_as_str().unwrap_or("no message").replace('\n', " ");
        // Cargo gives the compiler the paths of the workspace from its root on, and those of all else in full.
        let own = Path::new(file).is_relative();
        // A registry's own folder says nothing.
        let known = file.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
        Self { place: format!("{}:{line}", known.map_or(file, |(_, path)| path)), message, own }
    }
}
