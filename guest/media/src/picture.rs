//! Decoding pictures.

use crate::jpeg::decode_jpeg;
use crate::{Limits, MediaError, MediaType, looks_like, sniff};
use image::codecs::{bmp::BmpDecoder, gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, ImageError, RgbImage, imageops};
use std::io::Cursor;

/// A decoded picture: rows of 8-bit red, green and blue, upright.
pub struct Picture {
    media_type: MediaType,
    image: RgbImage,
}

impl Picture {
    /// Of red, green and blue of each pixel, which lie as the orientation says.
    pub(crate) fn new(
        media_type: MediaType,
        width: u32,
        height: u32,
        rgb: Vec<u8>,
        orientation: Orientation,
    ) -> Result<Self, MediaError> {
        let image = RgbImage::from_raw(width, height, rgb)
            .ok_or_else(|| MediaError::Malformed(format!("the {} has too few pixels", media_type.name())))?;
        Ok(Self { media_type, image: upright(image, orientation) })
    }

    /// What the bytes were.
    pub fn media_type(&self) -> MediaType {
        self.media_type
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.image.width()
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.image.height()
    }

    pub(crate) fn image(&self) -> &RgbImage {
        &self.image
    }

    /// Red, green, blue of each pixel, row by row.
    pub fn pixels(&self) -> &[u8] {
        self.image.as_raw()
    }
}

/// Decodes a picture: the first frame of an animation, turned upright as its EXIF orientation says.
///
/// Whatever the file holds becomes 8-bit red, green and blue as Pillow's `convert("RGB")` does it: grey is repeated,
/// the alpha channel is dropped (not blended with a background), of 16 bits the upper 8 are kept, CMYK is taken as
/// Adobe writes it, inverted. Colour profiles are not applied.
///
/// # Errors
/// If there are no bytes, they are none of [`MediaType`], larger than the limits, or damaged. A picture that breaks
/// off is damaged, also where its decoder would have made do.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError> {
    match recognise(bytes)? {
        MediaType::Jpeg => decode_jpeg(bytes, limits),
        MediaType::Png => decode_png(bytes, limits),
        MediaType::WebP => decode_webp(bytes, limits),
        MediaType::Gif => decode_gif(bytes, limits),
        MediaType::Bmp => decode_bmp(bytes, limits),
    }
}

/// What the bytes begin as.
///
/// # Errors
/// If there are none, or they are none of [`MediaType`].
pub fn recognise(bytes: &[u8]) -> Result<MediaType, MediaError> {
    match bytes {
        [] => Err(MediaError::Empty),
        _ => sniff(bytes).ok_or_else(|| MediaError::Unsupported(looks_like(bytes).into())),
    }
}

/// Decodes a PNG, as [`decode`] does.
///
/// # Errors
/// If it is larger than the limits, or damaged.
pub fn decode_png(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError> {
    let known = Known { media_type: MediaType::Png, limits };
    let mut allowed = image::Limits::no_limits();
    allowed.max_alloc = Some(limits.max_extra);
    known.decode(PngDecoder::with_limits(Cursor::new(bytes), allowed))
}

/// Decodes a WebP, as [`decode`] does.
///
/// # Errors
/// If it is larger than the limits, or damaged.
pub fn decode_webp(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError> {
    let known = Known { media_type: MediaType::WebP, limits };
    known.decode(WebPDecoder::new(Cursor::new(bytes)))
}

/// Decodes a GIF, as [`decode`] does.
///
/// # Errors
/// If it is larger than the limits, or damaged.
pub fn decode_gif(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError> {
    let known = Known { media_type: MediaType::Gif, limits };
    let mut allowed = image::Limits::no_limits();
    // A frame may be larger than the canvas that the header tells.
    allowed.max_alloc = Some(limits.max_pixels.saturating_mul(4));
    known.decode(GifDecoder::new(Cursor::new(bytes)).and_then(|mut decoder| {
        decoder.set_limits(allowed)?;
        Ok(decoder)
    }))
}

/// Decodes a Windows bitmap, as [`decode`] does.
///
/// # Errors
/// If it is larger than the limits, or damaged.
pub fn decode_bmp(bytes: &[u8], limits: &Limits) -> Result<Picture, MediaError> {
    let known = Known { media_type: MediaType::Bmp, limits };
    known.decode(BmpDecoder::new(Cursor::new(bytes)))
}

/// What is known before anything is decoded.
struct Known<'a> {
    media_type: MediaType,
    limits: &'a Limits,
}

impl Known<'_> {
    /// Decodes a picture whose header a decoder has read. There is one of these for each decoder, not one for any, so that a
    /// program that does without a decoder has nothing of it.
    fn decode<D: ImageDecoder>(&self, decoder: Result<D, ImageError>) -> Result<Picture, MediaError> {
        let Self { media_type, limits } = *self;
        let explain = |error| explain(media_type, limits, error);
        let mut decoder = decoder.map_err(explain)?;
        let (width, height) = decoder.dimensions();
        limits.check(media_type, width, height)?;

        // A picture with damaged EXIF data is shown as it lies, as everybody does.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let color = decoder.color_type();
        let mut samples = vec![0; decoder.total_bytes() as usize];
        decoder.read_image(&mut samples).map_err(explain)?;
        Picture::new(media_type, width, height, rgb(samples, color), orientation)
    }
}

fn explain(media_type: MediaType, limits: &Limits, error: ImageError) -> MediaError {
    match error {
        ImageError::Limits(_) => MediaError::TooLarge {
            what: "bytes of memory to decode it",
            value: limits.max_extra + 1,
            maximum: limits.max_extra,
        },
        error => MediaError::Malformed(format!("the {} cannot be decoded: {error}", media_type.name())),
    }
}

/// Keeps or makes red, green and blue, 8 bits each.
fn rgb(samples: Vec<u8>, color: ColorType) -> Vec<u8> {
    if color == ColorType::Rgb8 {
        return samples;
    }
    let size = usize::from(color.bytes_per_pixel());
    let step = size / usize::from(color.channel_count());
    // 16-bit samples are in the machine's byte order.
    let high = if cfg!(target_endian = "little") { step - 1 } else { 0 };
    let offsets = if color.has_color() { [high, high + step, high + 2 * step] } else { [high; 3] };
    let mut rgb = vec![0; samples.len() / size * 3];
    for (to, from) in rgb.chunks_exact_mut(3).zip(samples.chunks_exact(size)) {
        for (to, offset) in to.iter_mut().zip(offsets) {
            *to = from[offset];
        }
    }
    rgb
}

fn upright(image: RgbImage, orientation: Orientation) -> RgbImage {
    match orientation {
        Orientation::NoTransforms => image,
        Orientation::Rotate90 => imageops::rotate90(&image),
        Orientation::Rotate180 => imageops::rotate180(&image),
        Orientation::Rotate270 => imageops::rotate270(&image),
        Orientation::FlipHorizontal => imageops::flip_horizontal(&image),
        Orientation::FlipVertical => imageops::flip_vertical(&image),
        Orientation::Rotate90FlipH => imageops::flip_horizontal(&imageops::rotate90(&image)),
        Orientation::Rotate270FlipH => imageops::flip_horizontal(&imageops::rotate270(&image)),
    }
}
