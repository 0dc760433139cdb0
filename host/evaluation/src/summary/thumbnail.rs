//! Small pictures as `data:` URLs.

use crate::run::Thumbnail;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;

/// Enough for a picture that is looked at for a second.
const QUALITY: u8 = 75;

/// A picture as a JPEG in a URL; none if it is none.
pub fn url(picture: &Thumbnail) -> Option<String> {
    let mut jpeg = Vec::new();
    let Thumbnail { width, height, pixels } = picture;
    if pixels.len() as u64 != 3 * u64::from(*width) * u64::from(*height) {
        return None;
    }
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode(pixels, *width, *height, ExtendedColorType::Rgb8).ok()?;
    Some(format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg)))
}
