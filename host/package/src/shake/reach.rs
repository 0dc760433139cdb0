//! What can be reached from some functions.

use super::object::{Object, Thing};

/// What can be reached.
pub struct Reached {
    /// Whether each function can.
    pub functions: Vec<bool>,
    /// Whether each piece of data can.
    pub pieces: Vec<bool>,
}

/// Follows references from these things on; `of_function` tells those of a function.
pub fn reach(
    object: &Object,
    from: impl IntoIterator<Item = Thing>,
    of_function: impl Fn(u32) -> Vec<Thing>,
) -> Reached {
    let mut reached = Reached { functions: vec![false; object.bodies.len()], pieces: vec![false; object.pieces.len()] };
    let mut waiting: Vec<Thing> = from.into_iter().collect();
    while let Some(thing) = waiting.pop() {
        let seen = match thing {
            Thing::Function(function) => &mut reached.functions[function as usize],
            Thing::Piece(piece) => &mut reached.pieces[piece as usize],
        };
        if std::mem::replace(seen, true) {
            continue;
        }
        match thing {
            Thing::Function(function) => waiting.extend(of_function(function)),
            Thing::Piece(piece) => waiting.extend(&object.pieces[piece as usize].references),
        }
    }
    reached
}
