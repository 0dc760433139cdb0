//! How the packager puts a model in.
//!
//! It calls the template's `maasm_reserve`, writes the package and the constants to the two addresses that it gets, and
//! calls `maasm_initialize`. Then it takes a snapshot of the memory. A template exports the two and leads them here.
//!
//! The arena is reserved before the constants, so that in the snapshot's memory the order is: stack, statics, arena,
//! constants, the rest of the heap. What an instance writes to lies together at the low end, which is cheap to reset.

use crate::Component;
use crate::engine::Engine;
use crate::model::Model;
use maasm_plan::Package;
use maasm_runtime::AlignedBytes;
use std::cell::RefCell;

/// What was reserved and waits for [`initialize`].
struct Reserved {
    arena: AlignedBytes,
    constants: AlignedBytes,
    package: Vec<u8>,
    /// Where the packager writes.
    addresses: [u32; 2],
}

thread_local! {
    static RESERVED: RefCell<Option<Box<Reserved>>> = const { RefCell::new(None) };
    /// Address and length of the message of a failed [`initialize`].
    static FAILURE: RefCell<[u32; 2]> = const { RefCell::new([0; 2]) };
}

/// Reserves memory: `arena_len` and `constants_len` zero bytes, both aligned to 64, and `package_len` bytes. Returns
/// the address of two u32: the addresses of the package's and of the constants' bytes.
pub fn reserve(package_len: u32, constants_len: u32, arena_len: u32) -> u32 {
    let arena = arena(arena_len as usize);
    let constants = AlignedBytes::zeroed(constants_len as usize);
    let package = vec![0; package_len as usize];
    let mut reserved = Box::new(Reserved { arena, constants, package, addresses: [0; 2] });
    reserved.addresses = [address(reserved.package.as_mut_ptr()), address(reserved.constants.as_mut().as_mut_ptr())];
    RESERVED.with_borrow_mut(|slot| address(slot.insert(reserved).addresses.as_mut_ptr()))
}

/// Reads the package and keeps the model. Returns 0, or the address of two u32: the address and the length in bytes
/// of a message that says, in UTF-8, why the model cannot be kept.
pub fn initialize<C: Component>() -> u32 {
    match RESERVED.take().ok_or_else(|| "maasm_reserve has not been called".into()).and_then(|r| load(*r)) {
        Ok(model) => {
            C::place().set(Some(model));
            0
        }
        Err(message) => {
            let message = message.leak();
            FAILURE.with_borrow_mut(|failure| {
                *failure = [address(message.as_mut_ptr()), message.len() as u32];
                address(failure.as_mut_ptr())
            })
        }
    }
}

fn load<E: Engine>(mut reserved: Reserved) -> Result<Model<E>, String> {
    let package = Package::decode(&reserved.package).map_err(|error| error.to_string());
    // Freed memory stays in the snapshot unless it is zero.
    reserved.package.fill(0);
    std::hint::black_box(&mut reserved.package);
    drop(reserved.package);
    Model::new(package?, reserved.constants, reserved.arena)
}

/// `len` zero bytes that nothing has written to. The allocator would write zeros, and the host would have to provide
/// memory for every one of them.
#[cfg(target_arch = "wasm32")]
fn arena(len: usize) -> AlignedBytes {
    const PAGE: usize = 1 << 16;
    let pages = len.div_ceil(PAGE);
    let first = core::arch::wasm32::memory_grow::<0>(pages);
    if pages == 0 || first == usize::MAX || len > isize::MAX as usize {
        // What cannot be had is told as for any other memory.
        return AlignedBytes::zeroed(len);
    }
    // SAFETY: these pages are new and zero, nobody else knows of them, memory never shrinks, and the packager asks for
    // less than half of it.
    let bytes = unsafe { std::slice::from_raw_parts_mut((first * PAGE) as *mut u8, pages * PAGE) };
    AlignedBytes::lent(bytes).expect("pages are aligned")
}

#[cfg(not(target_arch = "wasm32"))]
fn arena(len: usize) -> AlignedBytes {
    AlignedBytes::zeroed(len)
}

/// Addresses have 32 bits where this runs.
fn address<T>(pointer: *mut T) -> u32 {
    pointer.expose_provenance() as u32
}
