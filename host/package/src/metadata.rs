//! What others' tools show of a component: name, version and the like, in the custom sections that WebAssembly's tool
//! conventions and registries agree on.

use super::Error;
use maasm_plan::Card;
use wasm_encoder::{ComponentNameSection, ComponentSection, CustomSection};

/// The sections for a card, to be appended to a component.
pub(super) fn sections(card: &Card) -> Result<Vec<u8>, Error> {
    if !card.license.is_empty() {
        spdx::Expression::parse(&card.license)
            .map_err(|error| Error::License { license: card.license.clone(), reason: error.reason.to_string() })?;
    }
    let mut sections = Vec::new();
    let mut names = ComponentNameSection::new();
    names.component(&card.name);
    names.append_to_component(&mut sections);
    let source = if is_url(&card.source) { &card.source } else { "" };
    let texts = [
        ("version", card.version.as_str()),
        ("description", &card.description),
        ("licenses", &card.license),
        ("source", source),
        ("revision", &card.source_digest),
    ];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        CustomSection { name: name.into(), data: text.as_bytes().into() }.append_to_component(&mut sections);
    }
    Ok(sections)
}

/// The `source` section holds a URL or tools refuse it; any other source is told by `describe` alone.
fn is_url(source: &str) -> bool {
    let rest = source.strip_prefix("https://").or_else(|| source.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_graphic()))
}
