//! What a model has no use for is left out of its component.
//!
//! As a linker leaves out what nothing refers to, but later: when the template holds a model it is known which kernels and
//! decoders are ever called, and that nothing has to be read and checked any more.
//!
//! # Layout
//! - `object`: what a linked module says of itself
//! - `traps`: code that comes to nothing
//! - `reach`: what can be reached; `memory`: from a memory that code has worked on
//! - `write`: a module without the rest

mod memory;
mod object;
mod reach;
mod traps;
mod write;

pub use memory::Filled;

use object::{Object, Thing};
use reach::Reached;
use std::ops::Range;
use traps::Instruction;

/// What becomes of an export that is a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays.
    Stays,
    /// It has done its work, on the memory.
    Done,
    /// It is called inside, and no export any more.
    Inside,
    /// It is never called.
    Unused,
}

/// A module without what is not needed.
pub struct Shaken<'a> {
    object: Object<'a>,
    reached: Reached,
    /// The module; what memory holds at first is as it was.
    pub module: Vec<u8>,
}

/// Leaves out of a module what is reached neither from the exports that stay nor from memory.
///
/// # Errors
/// If it is none that a linker has left its relocations in.
pub fn shake<'a>(module: &'a [u8], filled: &Filled, fate: impl Fn(&str) -> Fate) -> anyhow::Result<Shaken<'a>> {
    let object = Object::read(module)?;
    let exports = |wanted: Fate| {
        let functions = object.exports.iter().filter(|(name, _)| fate(name) == wanted).map(|&(_, function)| function);
        functions.collect::<Vec<u32>>()
    };
    // The linker may have made one function of two that are alike.
    let called = exports(Fate::Inside);
    let unused: Vec<u32> = exports(Fate::Unused).into_iter().filter(|function| !called.contains(function)).collect();
    let never = traps::never_return(&object.bodies, |function| unused.contains(&function))?;
    let mut bodies = Vec::with_capacity(object.bodies.len());
    for (function, body) in object.bodies.iter().enumerate() {
        bodies.push(match never[function] {
            true => traps::nothing(),
            false => traps::essential(body, &never)?,
        });
    }

    let done = exports(Fate::Done).into_iter().map(Thing::Function);
    let worked = reach::reach(&object, done, |function| whole(&object, function));
    let in_memory = memory::references(&object, filled, &worked);
    let from = exports(Fate::Stays).into_iter().map(Thing::Function).chain(in_memory);
    let reached = reach::reach(&object, from, |function| references(&object, &bodies, function));

    let mut kept = write::Kept { functions: numbered(&reached), bodies };
    let module = write::write(module, &object, &mut kept, |name| fate(name) == Fate::Stays)?;
    Ok(Shaken { object, reached, module })
}

/// Leaves out of a module what is not reached from the exports for which `done` holds, which are kept with those that are no
/// functions. Globals, data and the places in the table of functions stay as they are: what these exports do, they do to the
/// same memory.
///
/// # Errors
/// If it is none that a linker has left its relocations in.
pub fn only(module: &[u8], done: impl Fn(&str) -> bool) -> anyhow::Result<Vec<u8>> {
    let object = Object::read(module)?;
    let from = object.exports.iter().filter(|(name, _)| done(name)).map(|&(_, function)| Thing::Function(function));
    let reached = reach::reach(&object, from, |function| whole(&object, function));
    let never = vec![false; object.bodies.len()];
    let bodies = object.bodies.iter().map(|body| traps::essential(body, &never)).collect::<Result<_, _>>()?;
    let mut kept = write::Kept { functions: numbered(&reached), bodies };
    let is_function = |export: &str| object.exports.iter().any(|(name, _)| *name == export);
    Ok(write::write(module, &object, &mut kept, |name| done(name) || !is_function(name))?)
}

/// Everything that a function refers to.
fn whole(object: &Object, function: u32) -> Vec<Thing> {
    object.references[function as usize].iter().map(|&(_, thing)| thing).collect()
}

/// The new indices of the functions that are reached.
fn numbered(reached: &Reached) -> Vec<Option<u32>> {
    let mut next = 0..;
    reached.functions.iter().map(|&reached| reached.then(|| next.next()).flatten()).collect()
}

/// What the instructions of a function refer to.
fn references(object: &Object, bodies: &[Vec<Instruction>], function: u32) -> Vec<Thing> {
    let references = &object.references[function as usize];
    let of = |instruction: &Instruction| {
        let first = references.partition_point(|(at, _)| *at < instruction.bytes.start);
        let end = references.partition_point(|(at, _)| *at < instruction.bytes.end);
        references[first..end.max(first)].iter().map(|&(_, thing)| thing)
    };
    bodies[function as usize].iter().flat_map(of).collect()
}

impl Shaken<'_> {
    /// Whether it had an export of this name.
    pub fn knows(&self, name: &str) -> bool {
        self.object.exports.iter().any(|(own, _)| *own == name)
    }

    /// Clears what no code that is left reads of the memory: the stack, and data that the module came with.
    pub fn clear(&self, memory: &mut [u8]) {
        memory[..self.object.stack as usize].fill(0);
        let pieces = self.object.pieces.iter().zip(&self.reached.pieces);
        let mut needed: Vec<&Range<u32>> = pieces.filter(|(_, needed)| **needed).map(|(p, _)| &p.addresses).collect();
        needed.sort_by_key(|addresses| addresses.start);
        for segment in &self.object.segments {
            let (mut at, end) = (segment.address, segment.address + segment.bytes.len() as u32);
            for addresses in needed.iter().filter(|addresses| addresses.end > segment.address && addresses.start < end)
            {
                if addresses.start > at {
                    memory[at as usize..addresses.start as usize].fill(0);
                }
                at = at.max(addresses.end).min(end);
            }
            memory[at as usize..end as usize].fill(0);
        }
    }
}

#[cfg(test)]
mod tests;
