//! `maasm key`

use super::place::{At, Place, Side};
use super::table::aligned;
use anyhow::{Result, bail};
use clap::Subcommand;
use maasm_files::text;
use maasm_registry::{Grant, Intent, Key, NewKey, Role};
use maasm_server::Keys;
use reqwest::Method;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Keys: who may do what at a server.
///
/// As soon as there is one, a server wants one with every request.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm key create --name admin --role admin
  maasm key create --name shop --role infer --valid-for 90d --rate 50
  maasm key list
  maasm key revoke 3f2a9c0d51e7")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    at: At,
}

#[derive(Subcommand)]
enum Action {
    /// Make a key; its secret is told this once
    Create(Wanted),
    /// List all keys, without their secrets
    List,
    /// End a key
    Revoke {
        /// Its id
        id: String,
    },
}

#[derive(clap::Args)]
struct Wanted {
    /// Whom or what it is for
    #[arg(long)]
    name: String,
    /// What it may be used for; repeat it for several
    #[arg(long = "role", value_name = "ROLE", required = true, value_enum)]
    roles: Vec<Role>,
    /// How long it is valid; for ever if absent
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    valid_for: Option<Duration>,
    /// How many requests a second it allows; as many as there are if absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// How many requests at once it allows; as many as there are if absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: Option<u32>,
    /// A file with the secret of a key that was made elsewhere, so that several servers take the same one
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    let (at, place) = (&arguments.at, arguments.at.place()?);
    match arguments.action {
        Action::Create(Wanted { name, roles, valid_for, rate, concurrency, secret_file }) => {
            let grant = Grant { name, roles, valid_for: valid_for.map(|time| time.as_secs()), rate, concurrency };
            if let Some(file) = secret_file {
                return adopt(&place, &grant, &file);
            }
            at.tell(&place.send(Method::POST, &["keys"], &grant)?, |NewKey { key, secret }| {
                Ok(format!("{secret}\nkey {}, {}: keep the secret, it is not told again\n", key.id, roles_of(&key)))
            })
        }
        Action::List => at.tell(&place.get(&["keys"], &[])?, |Keys { keys }| Ok(table(&keys))),
        Action::Revoke { id } => at.tell(&place.delete(&["keys", &id])?, |key: Key| {
            Ok(format!("key {} ({}) opens nothing any more\n", key.id, key.name))
        }),
    }
}

/// Makes a key with the secret in a file. It is told nobody: a server is not asked to.
fn adopt(place: &Place, grant: &Grant, file: &Path) -> Result<()> {
    let Side::Local(local) = place.side() else { bail!("--secret-file works on a data folder, not on a server") };
    let secret = text::read(file)?;
    let key = local.service().registry().adopt_key(&Intent::local(), grant, secret.trim())?;
    println!("key {}, {}", key.id, roles_of(&key));
    Ok(())
}

fn roles_of(key: &Key) -> String {
    let name = |role: &Role| serde_json::to_value(role).ok().and_then(|name| name.as_str().map(String::from));
    key.roles.iter().filter_map(name).collect::<Vec<_>>().join(", ")
}

fn table(keys: &[Key]) -> String {
    if keys.is_empty() {
        return "there are no keys; `maasm key create` makes one\n".into();
    }
    let mut rows = vec![["id", "name", "roles", "standing", "limits"].map(String::from)];
    for key in keys {
        let standing = match (&key.revoked, &key.expires) {
            (Some(revoked), _) => format!("revoked {revoked}"),
            (None, Some(expires)) => format!("until {expires}"),
            (None, None) => "valid".into(),
        };
        let rate = key.rate.map(|rate| format!("{rate} a second"));
        let concurrency = key.concurrency.map(|concurrency| format!("{concurrency} at once"));
        let limits: Vec<String> = rate.into_iter().chain(concurrency).collect();
        rows.push([key.id.clone(), key.name.clone(), roles_of(key), standing, limits.join(", ")]);
    }
    aligned(rows, [false; 5]).join("\n") + "\n"
}
