//! The runtime's check of its kernels, as a WebAssembly module: kernels that exist only there cannot be checked by
//! native tests.

/// Compares every kernel with its specification on random shapes. Gives 0 if they agree; otherwise the text of what
/// differs, its address in the upper 32 bits and its length in the lower ones.
// SAFETY: no other symbol of the module has this name.
#[unsafe(no_mangle)]
pub extern "C" fn self_check(seed: u64) -> u64 {
    match maasm_runtime::self_check(seed) {
        Ok(()) => 0,
        Err(text) => {
            let text: &'static str = text.leak();
            (text.as_ptr() as u64) << 32 | text.len() as u64
        }
    }
}
