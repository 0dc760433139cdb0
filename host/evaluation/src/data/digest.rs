//! What tells two data sets apart.

use super::Truth;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What a data set looks like from outside: names, truths, sizes and times of last change.
pub type Fingerprint = [u8; 32];

/// The digest of a data set, `sha256:` and 64 hexadecimal digits: SHA-256 of one line of JSON for each sample, in the
/// order of their names, with its name, what is true of it, and the SHA-256 digest of its bytes (none if it cannot be
/// read). It does not depend on where the samples lie.
pub fn of<'a>(samples: impl Iterator<Item = (&'a str, &'a Truth, Option<[u8; 32]>)>) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        name: &'a str,
        #[serde(flatten)]
        truth: Written<'a>,
        sha256: Option<String>,
    }
    let lines =
        samples.map(|(name, truth, sha256)| Line { name, truth: written(truth), sha256: sha256.map(|d| hex(&d)) });
    format!("sha256:{}", hex(&hash(lines)))
}

pub(super) fn fingerprint<'a>(samples: impl Iterator<Item = (&'a str, &'a Truth, Option<(u64, u64)>)>) -> Fingerprint {
    hash(samples.map(|(name, truth, stamp)| (name, written(truth), stamp)))
}

/// As tables write it.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Written<'a> {
    Label(&'a str),
    Target(&'a [f64]),
}

fn written(truth: &Truth) -> Written<'_> {
    match truth {
        Truth::Class(label) => Written::Label(label),
        Truth::Numbers(numbers) => Written::Target(numbers),
    }
}

fn hash(lines: impl Iterator<Item = impl Serialize>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for line in lines {
        hasher.update(serde_json::to_vec(&line).expect("texts and numbers are JSON"));
        hasher.update(b"\n");
    }
    hasher.finalize().into()
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
