//! Digests as OCI writes them: `sha256:` and 64 hexadecimal digits.

use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;
use std::str::FromStr;

/// The SHA-256 digest of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

const ALGORITHM: &str = "sha256:";

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(<Sha256 as sha2::Digest>::digest(bytes).into())
    }

    /// The digest that a hasher has come to.
    pub fn finish(hasher: Sha256) -> Self {
        Self(sha2::Digest::finalize(hasher).into())
    }

    /// The digits alone.
    pub fn hex(&self) -> String {
        use fmt::Write;
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{ALGORITHM}{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A text is no digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no digest; one is sha256: and 64 hexadecimal digits in lower case")]
pub struct NoDigest(pub String);

impl FromStr for Digest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        let parse = || {
            let hex = text.strip_prefix(ALGORITHM)?.as_bytes();
            let (pairs, rest) = hex.as_chunks::<2>();
            let digit = |byte: u8| match byte {
                b'0'..=b'9' => Some(byte - b'0'),
                b'a'..=b'f' => Some(byte - b'a' + 10),
                _ => None,
            };
            let byte = |&[high, low]: &[u8; 2]| Some(digit(high)? << 4 | digit(low)?);
            let bytes: Vec<u8> = pairs.iter().map(byte).collect::<Option<_>>()?;
            rest.is_empty().then(|| bytes.try_into().ok()).flatten()
        };
        parse().map(Self).ok_or_else(|| NoDigest(text.into()))
    }
}

impl TryFrom<String> for Digest {
    type Error = NoDigest;

    fn try_from(text: String) -> Result<Self, NoDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_as_it_is_read() {
        // FIPS 180-2, appendix B.1
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), abc);
        assert_eq!(abc.parse(), Ok(Digest::of(b"abc")));
    }

    #[test]
    fn other_texts_are_none() {
        let short = "sha256:ba78";
        let upper = Digest::of(b"abc").to_string().to_uppercase();
        let long = Digest::of(b"abc").to_string() + "0";
        let outside = format!("sha256:../{}", &Digest::of(b"abc").hex()[3..]);
        for wrong in ["", "sha256:", "md5:00", short, &upper, &long, &outside] {
            assert_eq!(wrong.parse::<Digest>(), Err(NoDigest(wrong.into())));
        }
    }
}
