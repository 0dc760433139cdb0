//! Which models and versions there are.

use crate::engine::Model;
use semver::Version;
use std::collections::BTreeMap;

/// The models that are served, by name and version.
pub struct Catalog<M = Model> {
    models: BTreeMap<String, BTreeMap<Version, M>>,
}

/// Why models cannot be served together.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// Two are the same version of the same model.
    #[error("{name} {version} is there twice; give each version once")]
    Twice {
        /// The model's name.
        name: String,
        /// Its version.
        version: String,
    },
    /// A version is not semantic.
    #[error("{name} calls its version {version:?}, which is not semantic ({reason}); package it again")]
    Version {
        /// The model's name.
        name: String,
        /// Its version.
        version: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Why there is no such model; says what there is.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// No model is named so.
    #[error("there is no model {name:?}; there is {}", .there.join(", "))]
    Model {
        /// What was asked for.
        name: String,
        /// The models that there are.
        there: Vec<String>,
    },
    /// The model has no such version.
    #[error("{name} has no version {version:?}; there is {}", .there.join(", "))]
    Version {
        /// The model.
        name: String,
        /// What was asked for.
        version: String,
        /// The versions that there are.
        there: Vec<String>,
    },
    /// No model was named, and there are several.
    #[error("say which model you mean by ?model=; there is {}", .there.join(", "))]
    Unnamed {
        /// The models that there are.
        there: Vec<String>,
    },
}

impl Catalog {
    /// A catalogue of these models, each under the name and version that it gives itself.
    ///
    /// # Errors
    /// If two have the same name and version, or a version is not semantic.
    pub fn new(models: impl IntoIterator<Item = Model>) -> Result<Self, CatalogError> {
        let named = |model: Model| {
            let description = model.description();
            (description.name.clone(), description.version.clone(), model)
        };
        Self::from_named(models.into_iter().map(named))
    }
}

impl<M> Catalog<M> {
    fn from_named(named: impl IntoIterator<Item = (String, String, M)>) -> Result<Self, CatalogError> {
        let mut models = BTreeMap::<String, BTreeMap<Version, M>>::new();
        for (name, version, model) in named {
            let parsed = Version::parse(&version).map_err(|error| CatalogError::Version {
                name: name.clone(),
                version: version.clone(),
                reason: error.to_string(),
            })?;
            if models.entry(name.clone()).or_default().insert(parsed, model).is_some() {
                return Err(CatalogError::Twice { name, version });
            }
        }
        Ok(Self { models })
    }

    /// The model of this name, or the only one; in this version, or the newest.
    ///
    /// # Errors
    /// If there is no such model or version, or several models and no name.
    pub fn find(&self, name: Option<&str>, version: Option<&str>) -> Result<&M, Missing> {
        let (name, versions) = self.named(name)?;
        let found = match version {
            None => newest(versions),
            Some(version) => Version::parse(version).ok().and_then(|version| versions.get(&version)),
        };
        found.ok_or_else(|| Missing::Version {
            name: name.into(),
            version: version.unwrap_or_default().into(),
            there: versions.keys().map(Version::to_string).collect(),
        })
    }

    /// All versions of a model, oldest first.
    ///
    /// # Errors
    /// If there is no such model.
    pub fn versions(&self, name: &str) -> Result<impl Iterator<Item = &M>, Missing> {
        Ok(self.named(Some(name))?.1.values())
    }

    /// All models by name, the versions of each oldest first.
    pub fn all(&self) -> impl Iterator<Item = &M> {
        self.models.values().flat_map(BTreeMap::values)
    }

    fn named(&self, name: Option<&str>) -> Result<(&str, &BTreeMap<Version, M>), Missing> {
        let there = || self.models.keys().cloned().collect();
        match name {
            Some(name) => {
                self.models.get_key_value(name).ok_or_else(|| Missing::Model { name: name.into(), there: there() })
            }
            None if self.models.len() == 1 => Ok(self.models.first_key_value().expect("there is one")),
            None => Err(Missing::Unnamed { there: there() }),
        }
        .map(|(name, versions)| (name.as_str(), versions))
    }
}

/// The highest release; where there is none, the highest pre-release.
fn newest<M>(versions: &BTreeMap<Version, M>) -> Option<&M> {
    let releases = versions.iter().filter(|(version, _)| version.pre.is_empty());
    releases.last().or_else(|| versions.last_key_value()).map(|(_, model)| model)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(models: &[(&str, &str)]) -> Result<Catalog<String>, CatalogError> {
        let named = |&(name, version): &(&str, &str)| (name.into(), version.into(), format!("{name} {version}"));
        Catalog::from_named(models.iter().map(named))
    }

    fn birds() -> Catalog<String> {
        catalog(&[("birds", "1.9.0"), ("birds", "1.10.0"), ("birds", "2.0.0-rc.1")]).unwrap()
    }

    #[test]
    fn the_only_model_need_not_be_named_and_its_newest_release_answers() {
        assert_eq!(birds().find(None, None).unwrap(), "birds 1.10.0");
    }

    #[test]
    fn a_version_is_found_by_its_number() {
        assert_eq!(birds().find(Some("birds"), Some("1.9.0")).unwrap(), "birds 1.9.0");
    }

    #[test]
    fn a_pre_release_answers_where_there_is_no_release() {
        let catalog = catalog(&[("birds", "1.0.0-rc.1"), ("birds", "1.0.0-rc.2")]).unwrap();
        assert_eq!(catalog.find(None, None).unwrap(), "birds 1.0.0-rc.2");
    }

    #[test]
    fn what_is_missing_is_told_with_what_there_is() {
        let message = |name, version| birds().find(name, version).unwrap_err().to_string();
        assert_eq!(message(Some("dogs"), None), r#"there is no model "dogs"; there is birds"#);
        let versions = "there is 1.9.0, 1.10.0, 2.0.0-rc.1";
        assert_eq!(message(None, Some("3.0.0")), format!(r#"birds has no version "3.0.0"; {versions}"#));
        assert_eq!(message(None, Some("new")), format!(r#"birds has no version "new"; {versions}"#));
    }

    #[test]
    fn one_of_several_models_must_be_named() {
        let several = catalog(&[("birds", "1.0.0"), ("dogs", "1.0.0")]).unwrap();
        assert!(matches!(several.find(None, None), Err(Missing::Unnamed { .. })));
        assert_eq!(several.find(Some("dogs"), None).unwrap(), "dogs 1.0.0");
    }

    #[test]
    fn a_version_given_twice_or_not_semantic_is_refused() {
        assert!(matches!(catalog(&[("a", "1.0.0"), ("a", "1.0.0")]), Err(CatalogError::Twice { .. })));
        assert!(matches!(catalog(&[("a", "one")]), Err(CatalogError::Version { .. })));
    }
}
