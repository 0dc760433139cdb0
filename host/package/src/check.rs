//! Whether card and plan go together.

use super::Error;
use super::error::{MAX_ACTIVATIONS, MAX_MEMORY, MAX_WEIGHTS};
use maasm_component::is_name;
use maasm_plan::{Card, Plan};

/// Checks what the user said about a model against itself and against the plan.
pub(super) fn check(card: &Card, plan: &Plan) -> Result<(), Error> {
    if !is_name(&card.name) {
        return Err(Error::Name(card.name.clone()));
    }
    semver::Version::parse(&card.version)
        .map_err(|error| Error::Version { version: card.version.clone(), reason: error.to_string() })?;
    // What the labels of other models stand for, a detector's for example, is told by no shape.
    if let Some(classes) = plan.classes()
        && !card.labels.is_empty()
        && card.labels.len() as u64 != classes
    {
        return Err(Error::Labels { labels: card.labels.len(), classes });
    }
    let (weights, activations) = (plan.constants_len, plan.arena_len);
    let both = weights.saturating_add(activations);
    if weights > MAX_WEIGHTS || activations > MAX_ACTIVATIONS || both > MAX_MEMORY {
        return Err(Error::TooLarge { weights, activations });
    }
    Ok(())
}
