//! How large a picture may be.

use crate::{MediaError, MediaType};

/// The largest picture that is decoded. Checked as soon as the header is read, before pixels are allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of the longer side.
    pub max_side: u32,
    /// Pixels altogether. Decoding takes up to 11 bytes for each (16 bits, four channels, and the result).
    pub max_pixels: u64,
    /// Bytes that a decoder may take for what is not pixels, such as a compressed colour profile.
    pub max_extra: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_side: 16_384, max_pixels: 40_000_000, max_extra: 16 << 20 }
    }
}

impl Limits {
    /// Whether a picture of this size may be decoded, and is one.
    pub(crate) fn check(&self, media_type: MediaType, width: u32, height: u32) -> Result<(), MediaError> {
        let side = width.max(height);
        if side > self.max_side {
            return Err(MediaError::TooLarge {
                what: "pixels of the longer side",
                value: side.into(),
                maximum: self.max_side.into(),
            });
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels {
            return Err(MediaError::TooLarge { what: "pixels", value: pixels, maximum: self.max_pixels });
        }
        if pixels == 0 {
            return Err(MediaError::Malformed(format!("the {} has no pixels", media_type.name())));
        }
        Ok(())
    }
}
