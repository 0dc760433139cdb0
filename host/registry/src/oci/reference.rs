//! References to versions in remote registries: `oci://host[:port]/path/name:tag`, or `@sha256:…` instead of a tag.

use crate::digest::Digest;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A repository of a registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Repository {
    registry: String,
    path: String,
}

/// A manifest in a repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Which repository.
    pub repository: Repository,
    /// Which manifest in it.
    pub manifest: Selector,
}

/// Which manifest is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selector {
    /// The one that the tag stands for now.
    Tag(String),
    /// This one.
    Digest(Digest),
}

/// A text is no reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no reference to a registry: {reason}; write it like oci://registry.example.org/models/cats:1.0.0")]
pub struct NoReference {
    text: String,
    reason: &'static str,
}

const SCHEME: &str = "oci://";

impl Repository {
    /// The registry's host, with its port if one was given.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository's path in the registry.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether the registry is on this machine, where nobody listens in.
    pub fn is_local(&self) -> bool {
        let host = match self.registry.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => self.registry.split(':').next().unwrap_or_default(),
        };
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The manifest that this version has here by convention: tags have no `+`, so it becomes `_`.
    ///
    /// # Errors
    /// If no tag can be made of the version.
    pub fn version(&self, version: &str) -> Result<Reference, NoReference> {
        format!("{self}:{}", version.replace('+', "_")).parse()
    }

    /// The manifest with this digest.
    pub fn digest(&self, digest: Digest) -> Reference {
        Reference { repository: self.clone(), manifest: Selector::Digest(digest) }
    }

    /// The manifest under this tag, which must be a valid one.
    pub(super) fn tag(&self, tag: String) -> Reference {
        Reference { repository: self.clone(), manifest: Selector::Tag(tag) }
    }
}

impl FromStr for Repository {
    type Err = NoReference;

    fn from_str(text: &str) -> Result<Self, NoReference> {
        let no = |reason| NoReference { text: text.into(), reason };
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| no("it does not begin with oci://"))?;
        let (registry, path) = rest.split_once('/').ok_or_else(|| no("a path must follow the registry's host"))?;
        if !is_registry(registry) {
            return Err(no("the registry must be a host name or address, perhaps with a port"));
        }
        if path.len() > 255 || !path.split('/').all(is_component) {
            return Err(no("its path may have lower-case letters and digits, and '.', '_', '-' between them"));
        }
        Ok(Self { registry: registry.into(), path: path.into() })
    }
}

impl FromStr for Reference {
    type Err = NoReference;

    fn from_str(text: &str) -> Result<Self, NoReference> {
        let no = |reason| NoReference { text: text.into(), reason };
        let whole = |error: NoReference| no(error.reason);
        if let Some((repository, digest)) = text.split_once('@') {
            let digest = digest.parse().map_err(|_| no("a digest is sha256: and 64 hexadecimal digits"))?;
            // A tag beside a digest says nothing more.
            let name = repository.rfind('/').map_or(0, |slash| slash + 1);
            let end = repository[name..].find(':').map_or(repository.len(), |colon| name + colon);
            return Ok(repository[..end].parse::<Repository>().map_err(whole)?.digest(digest));
        }
        let name = text.rfind('/').map_or(0, |slash| slash + 1);
        let Some(colon) = text[name..].find(':').map(|colon| name + colon) else {
            text.parse::<Repository>().map_err(whole)?;
            return Err(no("a tag or a digest must follow the name"));
        };
        let repository: Repository = text[..colon].parse().map_err(whole)?;
        let tag = &text[colon + 1..];
        if !is_tag(tag) {
            return Err(no(
                "a tag may have letters, digits, '_', '.' and '-', at most 128, the first neither '.' nor '-'",
            ));
        }
        Ok(repository.tag(tag.into()))
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{SCHEME}{}/{}", self.registry, self.path)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if matches!(self.manifest, Selector::Tag(_)) { ':' } else { '@' };
        write!(formatter, "{}{separator}{}", self.repository, self.manifest)
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => formatter.write_str(tag),
            Self::Digest(digest) => digest.fmt(formatter),
        }
    }
}

fn is_registry(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let Some((address, after)) = rest.split_once(']') else { return false };
            let port = if after.is_empty() { None } else { Some(after.strip_prefix(':').unwrap_or_default()) };
            return address.parse::<std::net::Ipv6Addr>().is_ok() && port.is_none_or(is_port);
        }
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let label = |label: &str| {
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(inside) && !label.starts_with('-') && !label.ends_with('-')
    };
    host.split('.').all(label) && port.is_none_or(is_port)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// One component of a path: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
fn is_component(text: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = |byte: Option<&u8>| byte.is_some_and(|&byte| is_inside(byte));
    let separators = text.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()).filter(|run| !run.is_empty());
    let is_separator = |run: &str| [".", "_", "__"].contains(&run) || run.bytes().all(|byte| byte == b'-');
    let bytes = text.as_bytes();
    ends(bytes.first()) && ends(bytes.last()) && separators.into_iter().all(is_separator)
}

fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let (Some(&first), true) = (text.as_bytes().first(), text.len() <= 128) else { return false };
    is_word(first) && text.bytes().all(|byte| is_word(byte) || byte == b'.' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_written_as_they_are_read() {
        let digest = Digest::of(b"");
        for text in [
            "oci://registry.example.org/cats:1.0.0",
            "oci://127.0.0.1:5000/models/cats:latest",
            "oci://[::1]:5000/a/b__c/d.e--f:_-.",
            &format!("oci://localhost/cats@{digest}"),
        ] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
        }
        let both = format!("oci://localhost:1/cats:1.0.0@{digest}").parse::<Reference>().unwrap();
        assert_eq!(both.to_string(), format!("oci://localhost:1/cats@{digest}"));
    }

    #[test]
    fn what_cannot_be_a_reference_is_refused_and_told_why() {
        for (text, says) in [
            ("registry/cats:1", "oci://"),
            ("oci://registry", "path"),
            ("oci://registry:5000", "path"),
            ("oci:///cats:1", "host"),
            ("oci://user@registry/cats:1", "digest"),
            ("oci://registry:port/cats:1", "host"),
            ("oci://registry:0/cats:1", "host"),
            ("oci://[::1/cats:1", "host"),
            ("oci://registry/Cats:1", "lower-case"),
            ("oci://registry/../cats:1", "lower-case"),
            ("oci://registry//cats:1", "lower-case"),
            ("oci://registry/cats?x=1:1", "lower-case"),
            ("oci://registry/cats", "tag"),
            ("oci://registry/cats:", "tag"),
            ("oci://registry/cats:1+2", "tag"),
            ("oci://registry/cats@sha256:12", "digest"),
        ] {
            let error = text.parse::<Reference>().unwrap_err().to_string();
            assert!(error.contains(text) && error.contains(says), "{error}");
        }
    }

    #[test]
    fn registries_of_this_machine_are_known() {
        let is_local = |text: &str| text.parse::<Repository>().unwrap().is_local();
        assert!(
            ["oci://localhost/a", "oci://127.0.0.2:5000/a", "oci://[::1]:5000/a"].iter().all(|text| is_local(text))
        );
        let others = ["oci://localhost.example.org/a", "oci://10.0.0.1:5000/a", "oci://127.0.0.1.example.org/a"];
        assert!(!others.iter().any(|text| is_local(text)));
    }

    #[test]
    fn a_version_has_a_tag_by_convention() {
        let repository: Repository = "oci://registry/cats".parse().unwrap();
        assert_eq!(repository.version("1.0.0+gpu").unwrap().to_string(), "oci://registry/cats:1.0.0_gpu");
    }
}
