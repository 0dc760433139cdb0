//! How versions are called: `name`, `name@1.2.0`, `name@^1`, `name@latest`, `name@stable`.

use crate::{Kind, Problem};
use semver::{Version, VersionReq};
use std::fmt;
use std::str::FromStr;

/// The longest name of a model or alias.
const LONGEST: usize = 128;
/// What aliases cannot be called.
const RESERVED: [&str; 2] = ["live", "latest"];

/// Why a text is no reference, name or alias, and what would be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoReference(pub String);

impl From<NoReference> for Problem {
    fn from(error: NoReference) -> Self {
        Self::new(Kind::BadRequest, error.0)
    }
}

/// That no model is named so; `there` are some of those that there are.
pub fn no_such_model(name: &str, there: &[String]) -> String {
    format!("there is no model {name:?}; {}", there_is(there))
}

/// That a model has no such version; `there` are some of its versions and aliases.
pub fn no_such_version(name: &str, version: &str, there: &[String]) -> String {
    format!("{name} has no version {version:?}; {}", there_is(there))
}

/// What there is instead.
pub fn there_is(there: &[String]) -> String {
    match there {
        [] => "there is none yet, publish one first".into(),
        there => format!("there is {}", there.join(", ")),
    }
}

/// A model, and which version of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The model's name.
    pub name: String,
    /// Which version.
    pub selector: Selector,
}

/// Which version of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selector {
    /// Whichever is deployed.
    #[default]
    Live,
    /// The highest release; where there is none, the highest pre-release.
    Latest,
    /// This one.
    Exact(Version),
    /// The highest that meets this requirement, such as `^1` or `~1.2`.
    Requirement(VersionReq),
    /// The one that this alias stands for.
    Alias(String),
}

impl FromStr for Reference {
    type Err = NoReference;

    fn from_str(text: &str) -> Result<Self, NoReference> {
        let (name, selector) = match text.split_once('@') {
            Some((name, selector)) => (name, selector.parse()?),
            None => (text, Selector::Live),
        };
        Ok(Self { name: check_name(name)?.into(), selector })
    }
}

impl FromStr for Selector {
    type Err = NoReference;

    fn from_str(text: &str) -> Result<Self, NoReference> {
        match text {
            "live" => return Ok(Self::Live),
            "latest" => return Ok(Self::Latest),
            _ => {}
        }
        if let Ok(version) = Version::parse(text) {
            return Ok(Self::Exact(version));
        }
        if text.starts_with(|first: char| first.is_ascii_digit() || "^~<>=*".contains(first)) {
            return VersionReq::parse(text).map(Self::Requirement).map_err(|error| {
                NoReference(format!(
                    "{text:?} is neither a version nor a requirement ({error}); write 1.2.0, ^1, latest or an alias"
                ))
            });
        }
        Ok(Self::Alias(check_alias(text)?.into()))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.selector {
            Selector::Live => write!(formatter, "{}", self.name),
            selector => write!(formatter, "{}@{selector}", self.name),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Live => formatter.write_str("live"),
            Self::Latest => formatter.write_str("latest"),
            Self::Exact(version) => version.fmt(formatter),
            Self::Requirement(requirement) => requirement.fmt(formatter),
            Self::Alias(alias) => formatter.write_str(alias),
        }
    }
}

/// The version that a selector means among these; [`Selector::Live`] and aliases are looked up elsewhere.
pub fn select<'a>(selector: &Selector, versions: impl IntoIterator<Item = &'a Version>) -> Option<&'a Version> {
    let versions = versions.into_iter();
    match selector {
        Selector::Exact(wanted) => versions.into_iter().find(|version| *version == wanted),
        Selector::Requirement(requirement) => versions.filter(|version| requirement.matches(version)).max(),
        // A release is above every pre-release.
        Selector::Latest => versions.max_by_key(|version| (version.pre.is_empty(), *version)),
        Selector::Live | Selector::Alias(_) => None,
    }
}

/// A model's name: one that URLs take unescaped and OCI registries as a repository.
///
/// # Errors
/// If it is not.
pub fn check_name(name: &str) -> Result<&str, NoReference> {
    if is_name(name) {
        return Ok(name);
    }
    Err(NoReference(format!(
        "{name:?} cannot be a model's name; use lower-case letters, digits, '.', '_' and '-', at most {LONGEST}, the \
         first a letter or digit"
    )))
}

/// An alias: a name that no version and no requirement begins like.
///
/// # Errors
/// If it is none.
pub fn check_alias(alias: &str) -> Result<&str, NoReference> {
    if is_name(alias) && alias.starts_with(|first: char| first.is_ascii_lowercase()) && !RESERVED.contains(&alias) {
        return Ok(alias);
    }
    Err(NoReference(format!(
        "{alias:?} cannot be an alias; use lower-case letters, digits, '.', '_' and '-', at most {LONGEST}, the first a \
         letter, and not \"live\" or \"latest\", which stand for what is deployed and for the highest release"
    )))
}

fn is_name(name: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.len() <= LONGEST
        && name.bytes().next().is_some_and(plain)
        && name.bytes().all(|c| plain(c) || matches!(c, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(texts: &[&str]) -> Vec<Version> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn selected(selector: &str, among: &[&str]) -> Option<String> {
        select(&selector.parse().unwrap(), &versions(among)).map(Version::to_string)
    }

    #[test]
    fn a_reference_is_written_as_it_is_read() {
        for text in ["birds", "birds@1.2.0", "birds@1.0.0-rc.1", "birds@^1", "birds@latest", "birds@stable"] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn live_is_what_is_deployed_and_never_an_alias() {
        assert_eq!("birds@live".parse::<Reference>().unwrap().selector, Selector::Live);
        assert!(RESERVED.into_iter().all(|reserved| check_alias(reserved).is_err()));
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for text in ["", "@1.0.0", "Birds", "../birds", "birds@", "birds@Stable", "birds@1.0.0.0", "a/b", "birds@-x"] {
            assert!(text.parse::<Reference>().is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn the_latest_is_the_highest_release_and_a_pre_release_only_where_there_is_none() {
        assert_eq!(selected("latest", &["1.9.0", "1.10.0", "2.0.0-rc.1"]).as_deref(), Some("1.10.0"));
        assert_eq!(selected("latest", &["1.0.0-rc.1", "1.0.0-rc.2"]).as_deref(), Some("1.0.0-rc.2"));
        assert_eq!(selected("latest", &[]), None);
    }

    #[test]
    fn a_requirement_means_the_highest_version_that_meets_it() {
        assert_eq!(selected("^1", &["1.0.0", "1.5.0", "2.0.0"]).as_deref(), Some("1.5.0"));
        assert_eq!(selected("~1.0", &["1.0.0", "1.0.7", "1.5.0"]).as_deref(), Some("1.0.7"));
        assert_eq!(selected("^3", &["1.0.0"]), None);
    }
}
