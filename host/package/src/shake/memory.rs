//! What a memory refers to that code has worked on.

use super::object::{Object, Thing};
use super::reach::Reached;
use std::collections::HashMap;
use std::ops::Range;

/// What code has left in a memory.
pub struct Filled<'a> {
    /// All of it.
    pub memory: &'a [u8],
    /// The part that holds numbers alone, which are no addresses whatever they look like.
    pub numbers: Range<usize>,
}

/// The things that a memory may refer to: whatever looks like the address of a piece of data does, and whatever looks like
/// the place of one of the functions that `worked` on it knows. The stack, and what the module itself has put there, are not
/// looked at.
pub fn references(object: &Object, filled: &Filled, worked: &Reached) -> Vec<Thing> {
    let known = |function: &u32| worked.functions[*function as usize];
    let places: HashMap<u32, u32> = object.table.iter().copied().filter(|(_, function)| known(function)).collect();
    let mut pieces: Vec<(u32, u32)> = (0..).zip(&object.pieces).map(|(i, piece)| (piece.addresses.start, i)).collect();
    pieces.sort_unstable();
    let longest = object.pieces.iter().map(|piece| piece.addresses.len()).max().unwrap_or(0) as u32;
    let mut found = Vec::new();
    let words = filled.memory.as_chunks::<4>().0.iter().enumerate().map(|(i, word)| (i * 4, word));
    for (at, word) in words.skip(object.stack as usize / 4) {
        let value = u32::from_le_bytes(*word);
        if value == 0 || filled.numbers.contains(&at) || object.bytes_at(at) == Some(word) {
            continue;
        }
        found.extend(places.get(&value).map(|&function| Thing::Function(function)));
        let first = pieces.partition_point(|(start, _)| *start < value.saturating_sub(longest));
        let near = pieces[first..].iter().take_while(|(start, _)| *start <= value);
        let around = near.filter(|(_, piece)| object.pieces[*piece as usize].addresses.contains(&value));
        found.extend(around.map(|&(_, piece)| Thing::Piece(piece)));
    }
    found
}
