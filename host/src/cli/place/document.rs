//! What is answered.

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

/// An answer, word for word.
#[derive(Clone, Debug)]
pub struct Document(String);

impl From<String> for Document {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Document {
    /// What it says.
    ///
    /// # Errors
    /// If it says something else.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.0)
            .context("the server's answer makes no sense to this program; are they of one version?")
    }

    /// As it was answered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
