//! Bytes that something happened to.

use crate::random::Random;

/// The bytes with one to four things done to them: flipped, overwritten, cut out, inserted, doubled or cut off.
pub fn mutated(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
        if bytes.is_empty() {
            break;
        }
        let end = (at + 1 + random.below(16)).min(bytes.len());
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.bits() as u8,
            2 => bytes[at] = random.one_of(&[0, 1, 0x7f, 0x80, 0xff]),
            3 => drop(bytes.drain(at..end)),
            4 => bytes.insert(at, random.bits() as u8),
            5 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}
