//! Keys: who may do what.
//!
//! A key is `maasm_`, its id, `_` and a secret of 256 random bits, of which only the SHA-256 is kept. A secret like
//! that cannot be guessed however fast the hash is, so that a slow one would only slow requests down.

use super::Registry;
use super::database::{Intent, now};
use super::digest::Digest;
use super::error::{Error, Result};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::time::{Duration, SystemTime};
use utoipa::ToSchema;

/// What a key may be used for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// To have models answer, and to see which there are.
    Infer,
    /// To publish versions and to delete them.
    Publish,
    /// To decide which versions answer.
    Deploy,
    /// All of it, and to make keys.
    Admin,
}

/// A key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Key {
    /// What it is known by.
    pub id: String,
    /// Whom or what it is for.
    pub name: String,
    /// What it may be used for.
    pub roles: Vec<Role>,
    /// When it was made.
    pub created: String,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<String>,
    /// How many requests a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<u32>,
    /// How many requests at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
}

/// What a new key is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Whom or what it is for.
    pub name: String,
    /// What it may be used for.
    pub roles: Vec<Role>,
    /// Seconds until it ends; for ever if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_for: Option<u64>,
    /// How many requests a second; as many as there are if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub rate: Option<u32>,
    /// How many requests at once; as many as there are if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub concurrency: Option<u32>,
}

/// A key that was made just now: the only time that its secret is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewKey {
    /// The key.
    #[serde(flatten)]
    pub key: Key,
    /// What to send: `Authorization: Bearer SECRET`.
    pub secret: String,
}

/// Why a secret opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no key's.
    #[error("the key is not known; `maasm key create` makes one")]
    Unknown,
    /// The key has ended.
    #[error("the key has expired; ask for a new one")]
    Expired,
    /// The key was revoked.
    #[error("the key was revoked; ask for a new one")]
    Revoked,
}

const PREFIX: &str = "maasm";
/// Random bytes of an id and of a secret.
const ID: usize = 6;
const SECRET: usize = 32;
const COLUMNS: &str = "id, name, roles, created, expires, revoked, rate, concurrency";

impl Key {
    /// Whether it may be used for this.
    pub fn may(&self, role: Role) -> bool {
        self.roles.contains(&role) || self.roles.contains(&Role::Admin)
    }
}

impl Registry {
    /// Makes a key.
    ///
    /// # Errors
    /// If it is for nothing or nobody.
    pub fn create_key(&self, intent: &Intent, grant: &Grant) -> Result<NewKey> {
        self.insert_key(intent, grant, random::<ID>()?, random::<SECRET>()?)
    }

    /// Makes a key with the secret that [`Registry::create_key`] told elsewhere, so that several servers take the same one.
    /// A key that is there already stays as it is.
    ///
    /// # Errors
    /// If it is for nothing or nobody, was not made like that, or was revoked.
    pub fn adopt_key(&self, intent: &Intent, grant: &Grant, secret: &str) -> Result<Key> {
        match self.authenticate(secret)? {
            Ok(key) => return Ok(key),
            Err(Refusal::Unknown) => (),
            Err(refusal) => return Err(Error::Malformed(refusal.to_string())),
        }
        let parts: Vec<&str> = secret.split('_').collect();
        let is_random = |text: &str, bytes: usize| {
            text.len() == 2 * bytes && text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
        };
        match parts[..] {
            [PREFIX, id, secret] if is_random(id, ID) && is_random(secret, SECRET) => {
                Ok(self.insert_key(intent, grant, id.into(), secret.into())?.key)
            }
            _ => Err(Error::Malformed("this is no key's secret as `maasm key create` tells them".into())),
        }
    }

    fn insert_key(&self, intent: &Intent, grant: &Grant, id: String, secret: String) -> Result<NewKey> {
        check(grant)?;
        let hash = Digest::of(secret.as_bytes()).to_string();
        let end = |seconds| {
            let end = SystemTime::now().checked_add(Duration::from_secs(seconds));
            // What lies beyond the year 9999 cannot be written.
            end.filter(|end| *end < SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_800))
                .map(|end| humantime::format_rfc3339_millis(end).to_string())
                .ok_or_else(|| Error::Malformed(format!("{seconds} seconds are too long for a key to be valid")))
        };
        let mut roles = grant.roles.clone();
        roles.sort_unstable();
        roles.dedup();
        let key = Key {
            id,
            name: grant.name.clone(),
            roles,
            created: now(),
            expires: grant.valid_for.map(end).transpose()?,
            revoked: None,
            rate: grant.rate,
            concurrency: grant.concurrency,
        };
        let secret = format!("{PREFIX}_{}_{secret}", key.id);
        // Without an idempotency key: the secret is not to be kept, and so cannot be told twice.
        let intent = Intent { retry: None, ..intent.clone() };
        self.database().write(&intent, "create-key", &key.id, grant, |transaction| {
            let insert = "INSERT INTO key (id, name, hash, roles, created, expires, rate, concurrency) \
                          VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            let roles = serde_json::to_string(&key.roles)?;
            let Key { id, name, created, expires, rate, concurrency, .. } = &key;
            transaction.execute(insert, params![id, name, hash, roles, created, expires, rate, concurrency])?;
            Ok(())
        })?;
        Ok(NewKey { key, secret })
    }

    /// Ends a key.
    ///
    /// # Errors
    /// If there is none of this id.
    pub fn revoke_key(&self, intent: &Intent, id: &str) -> Result<Key> {
        self.database().write(intent, "revoke-key", id, &(), |transaction| {
            let revoke = "UPDATE key SET revoked = COALESCE(revoked, ?2) WHERE id = ?1";
            transaction.execute(revoke, params![id, now()])?;
            let query = format!("SELECT {COLUMNS} FROM key WHERE id = ?1");
            let found = transaction.query_row(&query, [id], |row| Ok(key(row))).optional()?;
            found.ok_or_else(|| Error::NoSuchKey(id.into()))?
        })
    }

    /// All keys, oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn keys(&self) -> Result<Vec<Key>> {
        let connection = self.database().reading();
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM key ORDER BY created, id"))?;
        let rows = statement.query_map([], |row| Ok(key(row)))?;
        rows.map(|row| row?).collect()
    }

    /// Whether a key was ever made: what was locked does not open because its keys end.
    ///
    /// # Errors
    /// If the database fails.
    pub fn has_keys(&self) -> Result<bool> {
        let connection = self.database().reading();
        let mut statement = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM key)")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// The key that a secret belongs to.
    ///
    /// # Errors
    /// If the database fails; inside, why the secret opens nothing.
    pub fn authenticate(&self, secret: &str) -> Result<Result<Key, Refusal>> {
        let parts: Vec<&str> = secret.split('_').collect();
        let [PREFIX, id, secret] = parts[..] else { return Ok(Err(Refusal::Unknown)) };
        let connection = self.database().reading();
        let query = format!("SELECT {COLUMNS}, hash FROM key WHERE id = ?1");
        let mut statement = connection.prepare_cached(&query)?;
        let found = statement.query_row([id], |row| Ok((key(row), row.get::<_, String>(8)?))).optional()?;
        let Some((key, hash)) = found else { return Ok(Err(Refusal::Unknown)) };
        // What is compared are hashes: how far they agree tells nothing about the secret.
        if Digest::of(secret.as_bytes()).to_string() != hash {
            return Ok(Err(Refusal::Unknown));
        }
        let key = key?;
        if key.revoked.is_some() {
            return Ok(Err(Refusal::Revoked));
        }
        if key.expires.as_ref().is_some_and(|end| *end <= now()) {
            return Ok(Err(Refusal::Expired));
        }
        Ok(Ok(key))
    }
}

fn check(grant: &Grant) -> Result<()> {
    let fail = |why: &str| Err(Error::Malformed(why.into()));
    if grant.name.trim().is_empty() || grant.name.len() > 200 {
        return fail("a key needs a name of at most 200 bytes: whom or what it is for");
    }
    if grant.roles.is_empty() {
        return fail("a key without a role opens nothing; give it infer, publish, deploy or admin");
    }
    if grant.rate == Some(0) || grant.concurrency == Some(0) {
        return fail("a key that allows no requests opens nothing; leave the limit out or set it to 1 at least");
    }
    if grant.valid_for == Some(0) {
        return fail("a key that is valid for no time opens nothing");
    }
    Ok(())
}

/// Random bytes in hexadecimal digits.
fn random<const N: usize>() -> Result<String> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Malformed(format!("there is no randomness: {error}")))?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// A row of [`COLUMNS`].
fn key(row: &Row) -> Result<Key> {
    Ok(Key {
        id: row.get(0)?,
        name: row.get(1)?,
        roles: serde_json::from_str(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?,
        created: row.get(3)?,
        expires: row.get(4)?,
        revoked: row.get(5)?,
        rate: row.get(6)?,
        concurrency: row.get(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(roles: &[Role]) -> Grant {
        Grant { name: "a test".into(), roles: roles.into(), valid_for: None, rate: None, concurrency: None }
    }

    #[test]
    fn a_key_opens_what_its_roles_say_and_nothing_once_it_is_revoked() {
        let registry = Registry::temporary().unwrap();
        let made = registry.create_key(&Intent::local(), &grant(&[Role::Infer])).unwrap();
        let key = registry.authenticate(&made.secret).unwrap().unwrap();
        assert!(key.may(Role::Infer) && !key.may(Role::Deploy) && !key.may(Role::Admin));
        registry.revoke_key(&Intent::local(), &key.id).unwrap();
        assert_eq!(registry.authenticate(&made.secret).unwrap(), Err(Refusal::Revoked));
    }

    #[test]
    fn an_administrator_may_do_everything() {
        let registry = Registry::temporary().unwrap();
        let made = registry.create_key(&Intent::local(), &grant(&[Role::Admin])).unwrap();
        let key = registry.authenticate(&made.secret).unwrap().unwrap();
        assert!([Role::Infer, Role::Publish, Role::Deploy].into_iter().all(|role| key.may(role)));
    }

    #[test]
    fn a_secret_with_another_digit_opens_nothing() {
        let registry = Registry::temporary().unwrap();
        let made = registry.create_key(&Intent::local(), &grant(&[Role::Infer])).unwrap();
        let last = if made.secret.ends_with('0') { '1' } else { '0' };
        let other = format!("{}{last}", &made.secret[..made.secret.len() - 1]);
        for wrong in [other.as_str(), "", "maasm", "maasm__", "maasm_x_y", &made.key.id] {
            assert_eq!(registry.authenticate(wrong).unwrap(), Err(Refusal::Unknown), "{wrong}");
        }
    }

    #[test]
    fn a_key_that_was_made_elsewhere_opens_here_too() {
        let [here, there] = [(); 2].map(|()| Registry::temporary().unwrap());
        let secret = here.create_key(&Intent::local(), &grant(&[Role::Admin])).unwrap().secret;
        let adopt = |secret: &str| there.adopt_key(&Intent::local(), &grant(&[Role::Infer]), secret);
        let key = adopt(&secret).unwrap();
        assert_eq!(there.authenticate(&secret).unwrap(), Ok(key.clone()));
        assert!(!key.may(Role::Deploy), "its roles are those that it is given here");
        assert_eq!(adopt(&secret).unwrap(), key, "once more changes nothing");
        let last = if secret.ends_with('0') { '1' } else { '0' };
        let other = format!("{}{last}", &secret[..secret.len() - 1]);
        for wrong in [&other, "", "secret", &secret[1..], &secret[..40], &secret.to_uppercase()] {
            assert!(adopt(wrong).is_err(), "{wrong}");
        }
        there.revoke_key(&Intent::local(), &key.id).unwrap();
        assert!(adopt(&secret).is_err());
    }

    #[test]
    fn the_secret_is_kept_nowhere() {
        let registry = Registry::temporary().unwrap();
        let made = registry.create_key(&Intent::local(), &grant(&[Role::Infer])).unwrap();
        let secret = made.secret.rsplit('_').next().unwrap().as_bytes();
        for entry in std::fs::read_dir(registry.folder()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", path.display());
            }
        }
    }

    #[test]
    fn a_key_for_nothing_or_for_no_time_is_refused() {
        let registry = Registry::temporary().unwrap();
        let create = |grant: &Grant| registry.create_key(&Intent::local(), grant);
        assert!(create(&grant(&[])).is_err());
        assert!(create(&Grant { name: " ".into(), ..grant(&[Role::Infer]) }).is_err());
        assert!(create(&Grant { rate: Some(0), ..grant(&[Role::Infer]) }).is_err());
        assert!(create(&Grant { valid_for: Some(u64::MAX), ..grant(&[Role::Infer]) }).is_err());
        assert!(!registry.has_keys().unwrap());
    }
}
