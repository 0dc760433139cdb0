//! How much memory the program may take.

use anyhow::Context;
use bytesize::ByteSize;

/// Sets the most that this process may take. What a WebAssembly engine reserves and does not use counts for nothing.
///
/// # Errors
/// If the operating system refuses.
#[cfg(target_os = "linux")]
pub fn limit(most: ByteSize) -> anyhow::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let most = Some(most.as_u64());
    setrlimit(Resource::Data, Rlimit { current: most, maximum: most }).context("cannot limit the program's memory")
}

/// Elsewhere there is no such limit.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn limit(_: ByteSize) -> anyhow::Result<()> {
    Err(anyhow::anyhow!("memory can be limited on Linux alone")).context("cannot limit the program's memory")
}
