//! Aliases: names that stand for a version and can be moved to another, such as `stable`.

use super::Registry;
use super::database::{Intent, now};
use super::error::{Error, Result};
use super::versions;
use maasm_protocol::reference::{Reference, Selector, check_alias};
use rusqlite::params;
use semver::Version;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A name that stands for a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alias {
    /// The model.
    pub model: String,
    /// The name.
    pub alias: String,
    /// The version that it stands for.
    #[schema(value_type = String, example = "1.0.0")]
    pub version: Version,
    /// Since when.
    pub changed: String,
}

impl Registry {
    /// Lets an alias stand for the version that a reference means now.
    ///
    /// # Errors
    /// If there is no such version or the alias is not well formed.
    pub fn set_alias(&self, intent: &Intent, alias: &str, reference: &Reference) -> Result<Alias> {
        check_alias(alias)?;
        let subject = format!("{}@{alias}", reference.name);
        self.database().write(intent, "alias", &subject, &reference.to_string(), |transaction| {
            let version = versions::find(transaction, reference)?.facts.version;
            let alias = Alias { model: reference.name.clone(), alias: alias.into(), version, changed: now() };
            let set = "INSERT OR REPLACE INTO alias (model, alias, version, changed) VALUES (?1, ?2, ?3, ?4)";
            transaction.execute(set, params![alias.model, alias.alias, alias.version.to_string(), alias.changed])?;
            Ok(alias)
        })
    }

    /// Removes an alias.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn remove_alias(&self, intent: &Intent, model: &str, alias: &str) -> Result<Alias> {
        let subject = format!("{model}@{alias}");
        self.database().write(intent, "remove-alias", &subject, &(), |transaction| {
            let reference = Reference { name: model.into(), selector: Selector::Alias(alias.into()) };
            let version = versions::find(transaction, &reference)?.facts.version;
            transaction.execute("DELETE FROM alias WHERE model = ?1 AND alias = ?2", params![model, alias])?;
            Ok(Alias { model: model.into(), alias: alias.into(), version, changed: now() })
        })
    }

    /// All aliases of a model, in order.
    ///
    /// # Errors
    /// If the database fails.
    pub fn aliases(&self, model: &str) -> Result<Vec<Alias>> {
        let connection = self.database().reading();
        let query = "SELECT alias, version, changed FROM alias WHERE model = ?1 ORDER BY alias";
        let mut statement = connection.prepare_cached(query)?;
        let rows = statement.query_map([model], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
        rows.map(|row| {
            let (alias, version, changed) = row?;
            let version =
                version.parse().map_err(|_| Error::Malformed(format!("the alias {alias} stands for {version:?}")))?;
            Ok(Alias { model: model.into(), alias, version, changed })
        })
        .collect()
    }
}
