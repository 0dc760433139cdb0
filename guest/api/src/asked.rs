//! Which model and version a request names: there is one.

use maasm_protocol::model::Description;
use maasm_protocol::reference::{Selector, no_such_model, no_such_version, select};
use maasm_protocol::{Kind, Problem};
use serde::Deserialize;

/// Parameters that name a model and a version of it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    model: Option<String>,
    version: Option<String>,
}

impl Asked {
    /// Checks that it is this model.
    ///
    /// # Errors
    /// If it is another.
    pub fn check(&self, model: &Description) -> Result<(), Problem> {
        check(model, self.model.as_deref(), self.version.as_deref())
    }
}

/// Checks that the model of this name is this one, and that this is the version.
///
/// # Errors
/// If it is not, with what there is.
pub fn check(model: &Description, name: Option<&str>, version: Option<&str>) -> Result<(), Problem> {
    let absent = |detail, there: String| Err(Problem::new(Kind::NoSuchModel, detail).with("available", vec![there]));
    if let Some(name) = name.filter(|name| *name != model.name) {
        return absent(no_such_model(name, std::slice::from_ref(&model.name)), model.name.clone());
    }
    let Some(text) = version else { return Ok(()) };
    let selector: Selector = text.parse()?;
    let own = model.version.parse().ok();
    if selector == Selector::Live || select(&selector, &own).is_some() {
        return Ok(());
    }
    absent(no_such_version(&model.name, text, std::slice::from_ref(&model.version)), model.version.clone())
}
