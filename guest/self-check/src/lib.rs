//! What tests need to have in WebAssembly: kernels that exist only there cannot be checked by native tests.
//!
//! # Layout
//! - here: the runtime's check of its kernels
//! - `plans`: runs plans that come after this is compiled

mod plans;

/// Compares every kernel with its specification on random shapes. Gives 0 if they agree; otherwise the text of what
/// differs, its address in the upper 32 bits and its length in the lower ones.
// SAFETY: no other symbol of the module has this name.
#[unsafe(no_mangle)]
pub extern "C" fn self_check(seed: u64) -> u64 {
    match maasm_runtime::self_check(seed) {
        Ok(()) => 0,
        Err(text) => place(text.leak().as_bytes()),
    }
}

/// An address in the upper 32 bits, which is all that addresses have where this runs, and a length in the lower ones.
fn place(bytes: &[u8]) -> u64 {
    (bytes.as_ptr().expose_provenance() as u64) << 32 | bytes.len() as u64
}
