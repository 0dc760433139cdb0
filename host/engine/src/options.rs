//! Deadline, memory, concurrency, cache.

use std::path::PathBuf;
use std::time::Duration;

/// What calls may take. The default suits a server on the machine it runs on.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// How long one call may take, from the fresh instance to the answer. 10 seconds.
    pub deadline: Duration,
    /// How many bytes of memory one call may ask for, beyond what the model itself starts with. 512 MiB.
    pub memory_limit: u64,
    /// How many calls may be under way at once. Twice as many as the machine has cores.
    pub max_concurrent: u32,
    /// Where compiled code is kept: where the environment says, or else beside the component.
    pub cache: CachePolicy,
}

impl Default for EngineOptions {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(u32::MAX));
        Self {
            deadline: Duration::from_secs(10),
            memory_limit: 512 << 20,
            max_concurrent: cores.saturating_mul(2),
            cache: CachePolicy::of_environment().unwrap_or_default(),
        }
    }
}

/// Where compiled code is kept, so that it is compiled once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CachePolicy {
    /// In the component's own folder; in the user's cache folder where that one cannot be written.
    #[default]
    BesideComponent,
    /// In this folder.
    Directory(PathBuf),
    /// Nowhere: every load compiles.
    Off,
}

/// The variable of the environment that names the folder for compiled code.
const CODE_FOLDER: &str = "MAASM_CODE_DIR";

impl CachePolicy {
    /// The folder that `MAASM_CODE_DIR` names, if it is set.
    pub fn of_environment() -> Option<Self> {
        let folder = std::env::var_os(CODE_FOLDER).filter(|folder| !folder.is_empty())?;
        Some(Self::Directory(folder.into()))
    }
}
