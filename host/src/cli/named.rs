//! `NAME[@VERSION]`, where no version at all means something else than the one that is live.

use maasm_registry::{Error, Reference, Selector};
use std::str::FromStr;

/// A model, and perhaps which version of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The model's name.
    pub name: String,
    /// Which version, if one is named.
    pub version: Option<Selector>,
}

impl FromStr for Named {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let Reference { name, selector } = text.parse()?;
        Ok(Self { name, version: text.contains('@').then_some(selector) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_live_version_is_not_the_same_as_none() {
        let version = |text: &str| text.parse::<Named>().unwrap().version;
        assert_eq!((version("birds"), version("birds@live")), (None, Some(Selector::Live)));
        assert!("birds@".parse::<Named>().is_err());
    }
}
