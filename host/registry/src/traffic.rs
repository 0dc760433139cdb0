//! Which version answers a request: shares of the traffic.

use super::error::{Error, Result};
use super::execution::Execution;
use semver::Version;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a model's requests are shared among its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Traffic {
    /// The versions that answer, and of how many requests in a hundred; together a hundred.
    pub versions: Vec<Share>,
    /// A header of the request, such as `x-user-id`: requests with the same value are answered by the same version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticky: Option<String>,
    /// A version that is asked the same, and whose answers are only compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "1.2.0")]
    pub shadow: Option<Version>,
    /// What computes all of them; the sandbox if absent.
    #[serde(default, skip_serializing_if = "Execution::is_sandbox")]
    pub execution: Execution,
}

/// A version's share of the traffic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The version.
    #[schema(value_type = String, example = "1.1.0")]
    pub version: Version,
    /// How many requests in a hundred it answers.
    #[schema(minimum = 1, maximum = 100)]
    pub weight: u8,
}

/// All of it.
const WHOLE: u64 = 100;

impl Traffic {
    /// All requests to one version.
    pub fn all_to(version: Version) -> Self {
        Self {
            versions: vec![Share { version, weight: WHOLE as u8 }],
            sticky: None,
            shadow: None,
            execution: Execution::Sandbox,
        }
    }

    /// Checks that the parts make a whole.
    ///
    /// # Errors
    /// If they do not.
    pub fn check(&self) -> Result<()> {
        let fail = |why: String| Err(Error::Traffic(why));
        let whole: u64 = self.versions.iter().map(|share| u64::from(share.weight)).sum();
        if whole != WHOLE {
            return fail(format!("the weights are {whole} together; they must be {WHOLE}"));
        }
        for (index, Share { version, weight }) in self.versions.iter().enumerate() {
            if *weight == 0 {
                return fail(format!("{version} has the weight 0; leave it out instead"));
            }
            if self.versions[..index].iter().any(|other| other.version == *version) {
                return fail(format!("{version} is there twice; give each version one weight"));
            }
            if self.shadow.as_ref() == Some(version) {
                return fail(format!("{version} answers already, it cannot be its own shadow"));
            }
        }
        let is_header = |name: &str| axum::http::HeaderName::from_bytes(name.as_bytes()).is_ok();
        match &self.sticky {
            Some(name) if !is_header(name) => fail(format!("{name:?} cannot be the name of a header")),
            _ => Ok(()),
        }
    }

    /// All versions that requests reach, the shadow too.
    pub fn reaches(&self) -> impl Iterator<Item = &Version> {
        self.versions.iter().map(|share| &share.version).chain(&self.shadow)
    }

    /// The version that answers. `point` is where the request falls: any number, evenly distributed over requests, or
    /// what [`sticky_point`] gives.
    pub fn choose(&self, point: u64) -> &Version {
        let mut point = point % WHOLE;
        for Share { version, weight } in &self.versions {
            match point.checked_sub(u64::from(*weight)) {
                None => return version,
                Some(rest) => point = rest,
            }
        }
        unreachable!("the weights are {WHOLE} together, `check` has seen to it")
    }
}

/// Where a request with this value of the sticky header falls. A version whose share grows keeps those that it has.
pub fn sticky_point(model: &str, value: &[u8]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(model.as_bytes()).update(&[0]).update(value);
    let mut point = [0; 8];
    hasher.finalize_xof().fill(&mut point);
    u64::from_le_bytes(point)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic(shares: &[(&str, u8)]) -> Traffic {
        let share = |&(version, weight): &(&str, u8)| Share { version: version.parse().unwrap(), weight };
        Traffic {
            versions: shares.iter().map(share).collect(),
            sticky: None,
            shadow: None,
            execution: Execution::Sandbox,
        }
    }

    #[test]
    fn requests_are_shared_as_the_weights_say() {
        let traffic = traffic(&[("1.0.0", 95), ("1.1.0", 5)]);
        traffic.check().unwrap();
        let new = (0..10_000).filter(|&point| traffic.choose(point).to_string() == "1.1.0").count();
        assert_eq!(new, 500);
    }

    #[test]
    fn what_sticks_to_a_version_sticks_to_it_while_its_share_grows() {
        let (before, after) = (traffic(&[("1.1.0", 5), ("1.0.0", 95)]), traffic(&[("1.1.0", 40), ("1.0.0", 60)]));
        let users: Vec<String> = (0..2000).map(|user| format!("user {user}")).collect();
        let new = |traffic: &Traffic, user: &str| traffic.choose(sticky_point("birds", user.as_bytes())).minor == 1;
        let early: Vec<_> = users.iter().filter(|user| new(&before, user)).collect();
        assert!((60..150).contains(&early.len()), "{} of 2000", early.len());
        assert!(early.iter().all(|user| new(&after, user)));
    }

    #[test]
    fn parts_that_make_no_whole_are_refused_with_the_reason() {
        let refused = |traffic: Traffic, says: &str| {
            let error = traffic.check().unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        };
        refused(traffic(&[]), "are 0 together");
        refused(traffic(&[("1.0.0", 60), ("1.1.0", 50)]), "are 110 together");
        refused(traffic(&[("1.0.0", 100), ("1.1.0", 0)]), "1.1.0 has the weight 0");
        refused(traffic(&[("1.0.0", 50), ("1.0.0", 50)]), "1.0.0 is there twice");
        refused(Traffic { shadow: Some(Version::new(1, 0, 0)), ..traffic(&[("1.0.0", 100)]) }, "its own shadow");
        refused(Traffic { sticky: Some("no header".into()), ..traffic(&[("1.0.0", 100)]) }, "cannot be the name");
    }
}
