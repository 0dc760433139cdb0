//! Changes as requests, chosen at random among those that must succeed.

use super::shared;
use super::state::{Change, State};
use crate::client::{Answer, Client, Lost};
use crate::models;
use fastrand::Rng;
use maasm_registry::digest::Digest;
use maasm_registry::{Execution, Share, Traffic};
use semver::Version;
use serde_json::json;
use std::net::SocketAddr;

/// What a client asks for.
#[derive(Clone, Debug)]
pub struct Operation {
    pub what: What,
    /// The idempotency key, if it has one.
    pub key: Option<String>,
}

#[derive(Clone, Debug)]
pub enum What {
    /// A change of the client's own model.
    Own(Change),
    /// Traffic of the model that all share.
    Shared(Traffic),
    /// A version goes to another registry; no model changes.
    Push(Push),
    /// Garbage is collected; no model changes.
    Collect,
}

/// A version that goes to another registry.
#[derive(Clone, Debug)]
pub struct Push {
    pub version: Version,
    /// `oci://…`.
    pub to: String,
}

/// How many aliases a model has at most.
const ALIASES: [&str; 3] = ["stable", "next", "canary"];

/// One operation, for the model of this name.
pub fn choose(random: &mut Rng, name: &str, state: &State, count: u64, remote: Option<SocketAddr>) -> Operation {
    let key = random.bool().then(|| format!("{name}-{count}"));
    Operation { what: what(random, name, state, remote), key }
}

fn what(random: &mut Rng, name: &str, state: &State, remote: Option<SocketAddr>) -> What {
    let versions: Vec<&Version> = state.versions.keys().collect();
    let any = |random: &mut Rng| versions[random.usize(..versions.len())].clone();
    if versions.len() < 2 {
        return publish(random, name, state);
    }
    let change = match random.u32(..100) {
        0..30 => return publish(random, name, state),
        30..40 => Change::Deploy(Traffic::all_to(any(random))),
        40..50 => Change::Deploy(split(random, &versions)),
        50..60 if state.before().is_some() => Change::Rollback,
        60..72 => Change::Alias(ALIASES[random.usize(..ALIASES.len())].into(), any(random)),
        72..76 if !state.aliases.is_empty() => {
            Change::Unalias(state.aliases.keys().nth(random.usize(..state.aliases.len())).expect("it is below").clone())
        }
        76..86 if state.unneeded().len() > 2 => {
            let unneeded = state.unneeded();
            Change::Delete(unneeded[random.usize(..unneeded.len())].clone())
        }
        86..89 => return What::Collect,
        89..94 if let Some(remote) = remote => {
            let version = any(random);
            return What::Push(Push { to: format!("oci://{remote}/{name}:{version}"), version });
        }
        _ => return What::Shared(shared::traffic(random)),
    };
    What::Own(change)
}

/// Mostly a component; sometimes a network, which is compiled and takes its number from the server.
fn publish(random: &mut Rng, name: &str, state: &State) -> What {
    let version = state.next();
    let is_component = random.u32(..25) > 0;
    let component = is_component.then(|| Digest::of(&models::by_hand(name, &version.to_string())));
    What::Own(Change::Publish { version, component, deploy: random.u32(..4) == 0 })
}

fn split(random: &mut Rng, versions: &[&Version]) -> Traffic {
    let first = random.usize(..versions.len() - 1);
    let weight = random.u8(1..100);
    let share = |index: usize, weight| Share { version: versions[index].clone(), weight };
    let versions = vec![share(first, weight), share(first + 1, 100 - weight)];
    Traffic { versions, sticky: None, shadow: None, execution: Execution::Sandbox }
}

impl Operation {
    /// Asks for it.
    pub fn send(&self, name: &str, client: &Client) -> Result<Answer, Lost> {
        let deploy = |model: &str, traffic: &Traffic| {
            let body = json!({ "model": model, "versions": traffic.versions });
            ("POST", "/api/v1/deploy".into(), body.to_string().into_bytes())
        };
        let model = format!("/api/v1/models/{name}");
        let (method, path, body) = match &self.what {
            What::Own(Change::Publish { version, component: Some(_), deploy }) => {
                let component = models::by_hand(name, &version.to_string());
                ("POST", format!("/api/v1/model?deploy={deploy}"), component)
            }
            What::Own(Change::Publish { component: None, deploy, .. }) => {
                ("POST", format!("/api/v1/model?name={name}&deploy={deploy}"), models::onnx())
            }
            What::Own(Change::Delete(version)) => ("DELETE", format!("{model}/versions/{version}"), vec![]),
            What::Own(Change::Alias(alias, version)) => {
                let body = json!({ "version": version }).to_string().into_bytes();
                ("PUT", format!("{model}/aliases/{alias}"), body)
            }
            What::Own(Change::Unalias(alias)) => ("DELETE", format!("{model}/aliases/{alias}"), vec![]),
            What::Own(Change::Deploy(traffic)) => deploy(name, traffic),
            What::Own(Change::Rollback) => {
                ("POST", "/api/v1/rollback".into(), json!({ "model": name }).to_string().into_bytes())
            }
            What::Shared(traffic) => deploy(shared::NAME, traffic),
            What::Push(Push { version, to }) => {
                let body = json!({ "version": format!("{name}@{version}"), "to": to });
                ("POST", "/api/v1/push?wait=true".into(), body.to_string().into_bytes())
            }
            What::Collect => ("POST", "/api/v1/gc".into(), vec![]),
        };
        client.send(method, &path, self.key.as_deref(), &body)
    }
}
