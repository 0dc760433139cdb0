//! Pictures, good and bad, made here.

use flate2::{Compression, Crc, write::ZlibEncoder};
use image::{ImageFormat, RgbImage};
use std::io::{Cursor, Write};

/// A picture of some colours.
pub fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let pixels = RgbImage::from_fn(width, height, |x, y| image::Rgb([(x * 7) as u8, (y * 5) as u8, (x + y) as u8]));
    pixels.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub fn jpeg() -> Vec<u8> {
    picture(64, 48, ImageFormat::Jpeg)
}

/// A PNG of this size in its header, in 8-bit grey, whose compressed data unfold to so many zeros.
pub fn png_of_zeros(width: u32, height: u32, zeros: usize) -> Vec<u8> {
    let mut compressed = ZlibEncoder::new(Vec::new(), Compression::fast());
    let block = vec![0; 1 << 20];
    for start in (0..zeros).step_by(block.len()) {
        compressed.write_all(&block[..block.len().min(zeros - start)]).unwrap();
    }
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", header), (b"IDAT", compressed.finish().unwrap()), (b"IEND", Vec::new())] {
        let mut crc = Crc::new();
        crc.update(kind);
        crc.update(&data);
        png.extend((data.len() as u32).to_be_bytes());
        png.extend(kind);
        png.extend(&data);
        png.extend(crc.sum().to_be_bytes());
    }
    png
}
