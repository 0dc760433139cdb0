//! What a manifest says of a version: annotations, OCI's own where there are, ours for where it comes from.
//!
//! | annotation | what |
//! |---|---|
//! | `org.opencontainers.image.title` | a file name for the component, `NAME.wasm` |
//! | `org.opencontainers.image.version` | the version |
//! | `org.opencontainers.image.created` | when it was made (RFC 3339) |
//! | `org.opencontainers.image.authors`, `.description`, `.licenses`, `.source` | as the model's card has it |
//! | `dev.maasm.name` | the model's name |
//! | `dev.maasm.source-digest` | the digest of the ONNX file that it was made of |
//! | `dev.maasm.parent` | the version that it was derived from: its manifest's digest, or `name@version` |
//! | `dev.maasm.recipe` | how it was made, as JSON |
//! | `dev.maasm.created-by` | what made it |

use super::manifest::Annotations;
use crate::digest::Digest;
use std::time::SystemTime;

/// What a manifest says of a version. Others' manifests say less.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The model's name.
    pub name: Option<String>,
    /// The version.
    pub version: Option<String>,
    /// When it was made; written as 1970 if that is not known.
    pub created: Option<SystemTime>,
    /// Who made it.
    pub authors: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// Under which licences it may be used, as an SPDX expression.
    pub licenses: Option<String>,
    /// Where what it was made of can be had.
    pub source: Option<String>,
    /// The digest of the file that it was made of.
    pub source_digest: Option<Digest>,
    /// Which version it was derived from: its manifest's digest, or `name@version`.
    pub parent: Option<String>,
    /// How it was made.
    pub recipe: Option<serde_json::Value>,
    /// What made it, such as `maasm 0.1.0`.
    pub created_by: Option<String>,
}

const TITLE: &str = "org.opencontainers.image.title";
const VERSION: &str = "org.opencontainers.image.version";
const CREATED: &str = "org.opencontainers.image.created";
const AUTHORS: &str = "org.opencontainers.image.authors";
const DESCRIPTION: &str = "org.opencontainers.image.description";
const LICENSES: &str = "org.opencontainers.image.licenses";
const SOURCE: &str = "org.opencontainers.image.source";
const NAME: &str = "dev.maasm.name";
const SOURCE_DIGEST: &str = "dev.maasm.source-digest";
const PARENT: &str = "dev.maasm.parent";
const RECIPE: &str = "dev.maasm.recipe";
const CREATED_BY: &str = "dev.maasm.created-by";

impl Facts {
    /// The manifest's annotations.
    pub fn annotations(&self) -> Annotations {
        let text = |value: &Option<String>| value.clone();
        let all = [
            (TITLE, self.title()),
            (VERSION, text(&self.version)),
            (CREATED, Some(self.created_text())),
            (AUTHORS, text(&self.authors)),
            (DESCRIPTION, text(&self.description)),
            (LICENSES, text(&self.licenses)),
            (SOURCE, text(&self.source)),
            (NAME, text(&self.name)),
            (SOURCE_DIGEST, self.source_digest.map(|digest| digest.to_string())),
            (PARENT, text(&self.parent)),
            (RECIPE, self.recipe.as_ref().map(serde_json::Value::to_string)),
            (CREATED_BY, text(&self.created_by)),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    /// What the layer says of itself: under which name to keep the file.
    pub fn layer_annotations(&self) -> Annotations {
        self.title().map(|title| (TITLE.to_owned(), title)).into_iter().collect()
    }

    /// When it was made, as it is written.
    pub fn created_text(&self) -> String {
        humantime::format_rfc3339_seconds(self.created.unwrap_or(SystemTime::UNIX_EPOCH)).to_string()
    }

    /// What a manifest's annotations say. What is not understood counts as not said.
    pub fn read(annotations: &Annotations) -> Self {
        let text = |name: &str| annotations.get(name).cloned();
        Self {
            name: text(NAME),
            version: text(VERSION),
            created: text(CREATED).and_then(|text| humantime::parse_rfc3339(&text).ok()),
            authors: text(AUTHORS),
            description: text(DESCRIPTION),
            licenses: text(LICENSES),
            source: text(SOURCE),
            source_digest: text(SOURCE_DIGEST).and_then(|text| text.parse().ok()),
            parent: text(PARENT),
            recipe: text(RECIPE).and_then(|text| serde_json::from_str(&text).ok()),
            created_by: text(CREATED_BY),
        }
    }

    fn title(&self) -> Option<String> {
        self.name.as_ref().map(|name| format!("{name}.wasm"))
    }
}
