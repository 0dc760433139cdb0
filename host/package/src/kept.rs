//! What a component computes, for engines other than its own code.
//!
//! A custom section says what the packager put in, and where in the component's memory the constants lie; their bytes are
//! where they are anyhow, in the data of its module. So whoever has the component can run the very same plan by other
//! means, without the file that it was compiled from. The names of the classes are left out: `describe` tells them.

use maasm_plan::{Card, Package, Texts};
use maasm_runtime::AlignedBytes;
use wasm_encoder::{ComponentSection, CustomSection};
use wasmparser::{Data, DataKind, Operator, Parser, Payload};

/// The section's name.
pub(super) const NAME: &str = "maasm:package";

/// What a component computes.
pub struct Kept {
    /// Card, recipe and plan; the card without labels.
    pub package: Package,
    /// The plan's constants.
    pub constants: AlignedBytes,
}

/// The section: the address of the constants, and the encoded package.
pub(super) fn section(mut package: Package, constants_at: u32) -> Vec<u8> {
    package.card = Card { labels: Texts::default(), ..package.card };
    let mut data = constants_at.to_le_bytes().to_vec();
    data.extend(package.encode());
    let mut bytes = Vec::new();
    CustomSection { name: NAME.into(), data: (&data).into() }.append_to_component(&mut bytes);
    bytes
}

/// Finds out what a component computes.
///
/// # Errors
/// If it does not say so, or what it says makes no sense; in a sentence.
pub fn kept(component: &[u8]) -> Result<Kept, String> {
    let mut said = None;
    let mut data = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|error| format!("it is damaged: {error}"))? {
            Payload::CustomSection(section) if section.name() == NAME => said = Some(section.data()),
            Payload::DataSection(section) => data.push(section),
            _ => {}
        }
    }
    let said = said.ok_or("it does not say what it computes; package it again, with this version of maasm")?;
    let (address, package) = said.split_first_chunk().ok_or("what it says of what it computes breaks off")?;
    let package = Package::decode(package).map_err(|error| error.to_string())?;
    let too_large = || "its constants are larger than memory".to_owned();
    let len = usize::try_from(package.plan.constants_len).map_err(|_| too_large())?;
    // No more than the component can have brought along, zeros and all.
    if len > super::error::MAX_WEIGHTS as usize {
        return Err(too_large());
    }
    let mut constants = AlignedBytes::zeroed(len);
    for section in data {
        for segment in section {
            let segment = segment.map_err(|error| format!("it is damaged: {error}"))?;
            copy(&segment, u32::from_le_bytes(*address), constants.as_mut());
        }
    }
    Ok(Kept { package, constants })
}

/// Copies what of a segment lies in the memory that begins at `address`.
fn copy(segment: &Data, address: u32, memory: &mut [u8]) {
    let DataKind::Active { offset_expr, .. } = &segment.kind else { return };
    let Ok(Operator::I32Const { value }) = offset_expr.get_operators_reader().read() else { return };
    let (start, address) = (u64::from(value.cast_unsigned()), u64::from(address));
    let end = start + segment.data.len() as u64;
    let (from, to) = (start.max(address), end.min(address + memory.len() as u64));
    if from < to {
        let within = |place: u64, base: u64| usize::try_from(place - base).expect("it lies within memory");
        memory[within(from, address)..within(to, address)]
            .copy_from_slice(&segment.data[within(from, start)..within(to, start)]);
    }
}
