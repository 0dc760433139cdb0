//! Given bytes that are not a good picture, we say so, quickly and without falling over.

use crate::support::{bytes, data, decode, names};
use maasm_media::{Limits, MediaError, decode as decode_within};

/// One picture of each format.
const FORMATS: [&str; 7] =
    ["full-chroma.jpg", "progressive.jpg", "source.png", "lossy.webp", "lossless.webp", "still.gif", "rgb.bmp"];

fn error(bytes: &[u8]) -> MediaError {
    decode(bytes).err().expect("this is no good picture")
}

#[test]
fn no_bytes_are_empty() {
    assert_eq!(error(b""), MediaError::Empty);
}

#[test]
fn what_is_no_picture_is_named() {
    let cases: [(&[u8], &str); 16] = [
        (b"hello", "text"),
        ("h\u{e9}llo".as_bytes(), "text"),
        (b"BMW is a car and not a bitmap", "text"),
        (b"  {\"image\": 1}", "JSON"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"<?xml version=\"1.0\"?><svg xmlns=\"\">", "SVG"),
        (b"<?xml version=\"1.0\"?><a/>", "XML"),
        (b"data:image/png;base64,AAAA", "data URL"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0\x1cftypheic\0\0\0\0", "HEIC"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "AVIF"),
        (b"\0\0\0\x1cftypisom\0\0\0\0", "video"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"PK\x03\x04", "ZIP"),
        (b"RIFF\0\0\0\0WAVEfmt ", "RIFF"),
        (b"\x01\x02\x03\x04", "no picture"),
    ];
    for (bytes, word) in cases {
        let MediaError::Unsupported(looks_like) = error(bytes) else { panic!("{word} is taken for a picture") };
        assert!(looks_like.contains(word), "{word}: {looks_like}");
    }
}

#[test]
fn a_picture_that_breaks_off_is_malformed() {
    for name in FORMATS {
        let whole = bytes(name);
        for keep in [whole.len() / 4, whole.len() / 2, whole.len() * 9 / 10] {
            let error = error(&whole[..keep]);
            assert!(matches!(error, MediaError::Malformed(_)), "{keep} bytes of {name}: {error:?}");
        }
    }
}

#[test]
fn a_jpeg_without_its_end_is_malformed_and_one_with_more_behind_its_end_is_not() {
    let whole = bytes("full-chroma.jpg");
    assert!(matches!(error(&whole[..whole.len() - 2]), MediaError::Malformed(_)));
    assert!(decode(&[&whole[..], b"trailing garbage"].concat()).is_ok());
}

/// The same picture with another size in its header.
fn resized_header(name: &str, width: u16, height: u16) -> Vec<u8> {
    let mut bytes = bytes(name);
    let (at, size) = match name {
        "rgb.bmp" => (18, [u32::from(width).to_le_bytes(), u32::from(height).to_le_bytes()].concat()),
        "still.gif" => (6, [width.to_le_bytes(), height.to_le_bytes()].concat()),
        // ITU-R T.81, B.2.2: marker, length, precision, height, width
        name if name.ends_with(".jpg") => {
            let start = bytes.windows(2).position(|w| matches!(w, [0xFF, 0xC0 | 0xC2])).unwrap();
            (start + 5, [height.to_be_bytes(), width.to_be_bytes()].concat())
        }
        name => panic!("{name} has no header that is easy to change"),
    };
    bytes[at..at + size.len()].copy_from_slice(&size);
    bytes
}

#[test]
fn an_enormous_picture_is_too_large_and_the_message_tells_the_limit() {
    for name in ["full-chroma.jpg", "progressive.jpg", "still.gif", "rgb.bmp"] {
        let error = error(&resized_header(name, 20_000, 20_000));
        assert_eq!(
            error,
            MediaError::TooLarge { what: "pixels of the longer side", value: 20_000, maximum: 16_384 },
            "{name}"
        );
    }
    let pixels = error(&resized_header("full-chroma.jpg", 16_000, 16_000));
    assert_eq!(pixels, MediaError::TooLarge { what: "pixels", value: 256_000_000, maximum: 40_000_000 });
}

#[test]
fn a_decompression_bomb_costs_next_to_nothing() {
    let read = |name: &str| std::fs::read(data("hostile").join(name)).unwrap();
    assert!(matches!(error(&read("claims-50000x50000.png")), MediaError::TooLarge { value: 50_000, .. }));
    // What is not pixels is not unpacked: such a picture is as good as without it.
    for name in ["profile-bomb.png", "text-bomb.png"] {
        match decode(&read(name)) {
            Ok(picture) => assert_eq!((picture.width(), picture.height()), (1, 1), "{name}"),
            Err(error) => assert!(matches!(error, MediaError::TooLarge { .. }), "{name}: {error:?}"),
        }
    }
}

/// Marsaglia's xorshift64: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    /// Changes, repeats, removes or cuts off some of the bytes.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len());
            match self.below(8) {
                0 => bytes[at] = 0xFF,
                1 => bytes[at] = 0,
                2 => bytes[at] ^= 1 << self.below(8),
                3 => {
                    let end = (at + self.below(16)).min(bytes.len());
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                4 => drop(bytes.drain(at..(at + self.below(8)).min(bytes.len() - 1).max(at))),
                5 if at > 32 => bytes.truncate(at),
                _ => bytes[at] = self.below(256) as u8,
            }
        }
    }
}

#[test]
fn damaged_pictures_of_every_kind_never_make_us_fall_over() {
    let limits = Limits { max_side: 2_000, max_pixels: 1_000_000, ..Limits::default() };
    let mut random = Random(0x5EED);
    let mut decoded = 0;
    for name in names("pictures", "") {
        let whole = bytes(&name);
        for round in 0..150 {
            let mut damaged = whole.clone();
            random.damage(&mut damaged);
            let outcome = std::panic::catch_unwind(|| decode_within(&damaged, &limits).is_ok());
            decoded +=
                u32::from(outcome.unwrap_or_else(|_| panic!("damage {round} of {name} makes the decoder panic")));
        }
    }
    assert!(decoded > 0, "some damage must be harmless, or the test tests nothing");
}
