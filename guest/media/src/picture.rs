//! Decoding pictures.

use crate::{Limits, MediaError, MediaType, jpeg_end, looks_like, sniff};
use image::codecs::{bmp::BmpDecoder, gif::GifDecoder, jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, ImageError, RgbImage, imageops};
use std::io::Cursor;

/// A decoded picture: rows of 8-bit red, green and blue, upright.
pub struct Picture {
    media_type: MediaType,
    image: RgbImage,
}

impl Picture {
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
    if bytes.is_empty() {
        return Err(MediaError::Empty);
    }
    let Some(media_type) = sniff(bytes) else { return Err(MediaError::Unsupported(looks_like(bytes).into())) };
    let explain = |error| explain(media_type, limits, error);
    let mut decoder = open(bytes, media_type, limits).map_err(explain)?;

    let (width, height) = decoder.dimensions();
    limits.check(width, height)?;
    if width == 0 || height == 0 {
        return Err(MediaError::Malformed(format!("the {} has no pixels", media_type.name())));
    }
    if media_type == MediaType::Jpeg && !jpeg_end::has_end(bytes) {
        return Err(MediaError::Malformed("the image/jpeg breaks off before its end".into()));
    }

    // A picture with damaged EXIF data is shown as it lies, as everybody does.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let color = decoder.color_type();
    let mut samples = vec![0; decoder.total_bytes() as usize];
    decoder.read_image_boxed(&mut samples).map_err(explain)?;
    let image = RgbImage::from_raw(width, height, rgb(samples, color))
        .ok_or_else(|| MediaError::Malformed(format!("the {} has too few pixels", media_type.name())))?;
    Ok(Picture { media_type, image: upright(image, orientation) })
}

/// Reads the header.
fn open<'a>(bytes: &'a [u8], media_type: MediaType, limits: &Limits) -> Result<Box<dyn ImageDecoder + 'a>, ImageError> {
    let reader = Cursor::new(bytes);
    let mut allowed = image::Limits::no_limits();
    Ok(match media_type {
        MediaType::Jpeg => Box::new(JpegDecoder::new(reader)?),
        MediaType::Png => {
            allowed.max_alloc = Some(limits.max_extra);
            Box::new(PngDecoder::with_limits(reader, allowed)?)
        }
        MediaType::WebP => Box::new(WebPDecoder::new(reader)?),
        MediaType::Gif => {
            // A frame may be larger than the canvas that the header tells.
            allowed.max_alloc = Some(limits.max_pixels.saturating_mul(4));
            let mut decoder = GifDecoder::new(reader)?;
            decoder.set_limits(allowed)?;
            Box::new(decoder)
        }
        MediaType::Bmp => Box::new(BmpDecoder::new(reader)?),
    })
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
