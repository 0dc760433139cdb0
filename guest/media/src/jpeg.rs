//! Decoding JPEG, by the decoder itself: `image` would compile its headers twice and read them three times.

use crate::{Limits, MediaError, MediaType, Picture, jpeg_end};
use image::metadata::Orientation;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

/// Decodes a JPEG, as [`decode`](crate::decode) does.
///
/// # Errors
/// If it is larger than the limits, or damaged.
pub fn decode_jpeg(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError> {
    let mut headers = decoder(bytes, ColorSpace::RGB);
    headers.decode_headers().map_err(explain)?;
    let (width, height) = headers.dimensions().ok_or_else(nothing)?;
    let (width, height) = (width as u32, height as u32);
    limits.check(MediaType::Jpeg, width, height)?;
    if !jpeg_end::has_end(bytes) {
        return Err(MediaError::Malformed("the image/jpeg breaks off before its end".into()));
    }
    // A picture with damaged EXIF data is shown as it lies, as everybody does.
    let orientation = headers.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let is_grey = headers.input_colorspace() == Some(ColorSpace::Luma);

    // Grey needs no colours while it is decoded.
    let mut decoder = decoder(bytes, if is_grey { ColorSpace::Luma } else { ColorSpace::RGB });
    let mut samples = vec![0; width as usize * height as usize * if is_grey { 1 } else { 3 }];
    decoder.decode_into(&mut samples).map_err(explain)?;
    let rgb = if is_grey { samples.iter().flat_map(|&grey| [grey; 3]).collect() } else { samples };
    Picture::new(MediaType::Jpeg, width, height, rgb, orientation.unwrap_or(Orientation::NoTransforms))
}

/// One that bears with what other decoders bear with; how large pictures may be is for the limits to say.
fn decoder(bytes: &[u8], to: ColorSpace) -> JpegDecoder<ZCursor<&[u8]>> {
    let options = DecoderOptions::default().set_strict_mode(false).set_max_width(usize::MAX).set_max_height(usize::MAX);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options.jpeg_set_out_colorspace(to))
}

fn explain(error: DecodeErrors) -> MediaError {
    MediaError::Malformed(format!("the image/jpeg cannot be decoded: {error}"))
}

fn nothing() -> MediaError {
    MediaError::Malformed("the image/jpeg has no picture in it".into())
}
