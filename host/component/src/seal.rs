//! A digest that tells whether a component is whole.
//!
//! The last section of a component that this packager makes is a custom section with the BLAKE3 digest of everything
//! before it. WebAssembly's own validation does not notice a changed weight; this does. It proves nothing about who
//! made the component: whoever changes one on purpose can write a new digest.

use wasm_encoder::{ComponentSection, CustomSection};

/// The section's name.
const NAME: &str = "maasm:digest";

/// Bytes that the section takes: id, length, length of the name, name, digest.
pub const LEN: usize = 3 + NAME.len() + blake3::OUT_LEN;

/// Appends the digest.
pub fn seal(component: &mut Vec<u8>) {
    let digest = blake3::hash(component);
    component.extend(section(&digest));
}

/// What the last [`LEN`] bytes of a component say of the bytes before them, or `None` if they are no seal.
pub fn sealed(tail: &[u8]) -> Option<blake3::Hash> {
    let (head, digest) = tail.split_last_chunk::<{ blake3::OUT_LEN }>()?;
    let digest = blake3::Hash::from_bytes(*digest);
    section(&digest).starts_with(head).then_some(digest).filter(|_| tail.len() == LEN)
}

fn section(digest: &blake3::Hash) -> Vec<u8> {
    let mut bytes = Vec::new();
    CustomSection { name: NAME.into(), data: digest.as_bytes().into() }.append_to_component(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_tells_the_digest_of_what_comes_before_it() {
        let mut component = b"anything".to_vec();
        seal(&mut component);
        assert_eq!(sealed(&component[b"anything".len()..]), Some(blake3::hash(b"anything")));
    }

    #[test]
    fn other_bytes_are_no_seal() {
        assert_eq!(sealed(&[0; LEN]), None);
        assert_eq!(sealed(&[]), None);
    }
}
