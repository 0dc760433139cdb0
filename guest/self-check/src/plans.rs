//! Runs plans that come after this module is compiled, each on an instance of its own.
//!
//! The caller gives the encoded package, the constants and every input: for each of them it calls [`plan_reserve`]
//! and writes to the address that it gets. Then it calls [`plan_run`], and [`plan_output`] for every output.

use crate::place;
use maasm_plan::Package;
use maasm_runtime::{AlignedBytes, Executor};
use std::cell::RefCell;

thread_local! {
    /// What was given, in its order.
    static GIVEN: RefCell<Vec<AlignedBytes>> = const { RefCell::new(Vec::new()) };
    /// The outputs.
    static OUTPUTS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// The address of so many zero bytes.
// SAFETY: no other symbol of the module has this name.
#[unsafe(no_mangle)]
pub extern "C" fn plan_reserve(len: u32) -> u32 {
    let mut bytes = AlignedBytes::zeroed(len as usize);
    let address = bytes.as_mut().as_mut_ptr().expose_provenance();
    GIVEN.with_borrow_mut(|given| given.push(bytes));
    address as u32
}

/// Runs what was given. Gives 0, or the place of a text that says why that cannot be.
// SAFETY: no other symbol of the module has this name.
#[unsafe(no_mangle)]
pub extern "C" fn plan_run() -> u64 {
    match run(GIVEN.take()) {
        Ok(outputs) => {
            OUTPUTS.set(outputs);
            0
        }
        Err(text) => place(text.leak().as_bytes()),
    }
}

/// The place of an output.
// SAFETY: no other symbol of the module has this name.
#[unsafe(no_mangle)]
pub extern "C" fn plan_output(index: u32) -> u64 {
    OUTPUTS.with_borrow(|outputs| place(&outputs[index as usize]))
}

fn run(given: Vec<AlignedBytes>) -> Result<Vec<Vec<u8>>, String> {
    let mut given = given.into_iter();
    let (Some(package), Some(constants)) = (given.next(), given.next()) else {
        return Err("a package and its constants must be given".into());
    };
    let plan = Package::decode(package.as_ref()).map_err(|error| error.to_string())?.plan;
    let arena = AlignedBytes::zeroed(plan.arena_len as usize);
    let mut executor = Executor::new(plan, constants, arena).map_err(|error| error.to_string())?;
    for (index, input) in given.enumerate() {
        executor.set_input(index, input.as_ref()).map_err(|error| format!("input {index} {error}"))?;
    }
    executor.run().map_err(|error| error.to_string())?;
    Ok((0..executor.plan().outputs.len()).map(|index| executor.output(index)).collect())
}
