//! What bytes are, by looking at them. The declared content type of an upload is often wrong and is not asked for.

/// A format that [`decode`](crate::decode) reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// JPEG, baseline and progressive.
    Jpeg,
    /// PNG.
    Png,
    /// WebP, lossy and lossless; of an animation the first frame.
    WebP,
    /// GIF; of an animation the first frame.
    Gif,
    /// Windows bitmap.
    Bmp,
}

impl MediaType {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::WebP, Self::Gif, Self::Bmp];

    /// The name that IANA registers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
        }
    }
}

/// The format that the bytes begin as.
pub fn sniff(bytes: &[u8]) -> Option<MediaType> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some(MediaType::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(MediaType::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(MediaType::WebP),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(MediaType::Gif),
        // "BM" alone also begins words: the reserved bytes and the size of the second header must fit too.
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, _, _, _, _, 12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0, ..] => {
            Some(MediaType::Bmp)
        }
        _ => None,
    }
}

/// What bytes that are no picture look like, for the one who sent them.
pub fn looks_like(bytes: &[u8]) -> &'static str {
    match bytes {
        [] => "there are no bytes",
        [b'%', b'P', b'D', b'F', ..] => "this looks like a PDF document",
        [b'I', b'I', b'*' | b'+', 0, ..] | [b'M', b'M', 0, b'*' | b'+', ..] => "this looks like a TIFF picture",
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => base_media(brand),
        [b'P', b'K', 3, 4, ..] => "this looks like a ZIP archive",
        [0x1F, 0x8B, ..] => "this looks like gzip-compressed data",
        [b'R', b'I', b'F', b'F', ..] => "this looks like a RIFF file that is no WebP",
        [0xFF, 0x0A, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => "this looks like a JPEG XL picture",
        [0, 0, 0, 12, b'j', b'P', ..] => "this looks like a JPEG 2000 picture",
        [0, 0, 1, 0, ..] => "this looks like an icon",
        [0, b'a', b's', b'm', ..] => "this looks like WebAssembly",
        _ => text(bytes),
    }
}

/// The kinds of the ISO base media file format, by their four-letter brand.
fn base_media(brand: &[u8]) -> &'static str {
    match brand {
        [b'a', b'v', b'i', b'f' | b's', ..] => "this looks like an AVIF picture",
        [b'h', b'e', b'i' | b'v', ..] | [b'm', b'i' | b's', b'f', b'1', ..] => "this looks like a HEIC picture",
        _ => "this looks like a video",
    }
}

fn text(bytes: &[u8]) -> &'static str {
    let head = &bytes[..bytes.len().min(512)];
    let readable = |&b: &u8| b >= 0x20 && b != 0x7F || matches!(b, b'\t' | b'\n' | b'\r' | 0x0C);
    // The cut may have split a character; everything before it must be text.
    let is_text = head.iter().all(readable)
        && std::str::from_utf8(head).map_or_else(|e| e.error_len().is_none() && head.len() < bytes.len(), |_| true);
    if !is_text {
        return "this looks like no picture";
    }
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let begins =
        |prefix: &str| start.len() >= prefix.len() && start[..prefix.len()].eq_ignore_ascii_case(prefix.as_bytes());
    let contains_svg = head.windows(4).any(|w| w.eq_ignore_ascii_case(b"<svg"));
    match start.first() {
        Some(b'<') if begins("<!doctype html") || begins("<html") => "this looks like HTML",
        Some(b'<') if contains_svg => "this looks like an SVG drawing",
        Some(b'<') => "this looks like XML",
        Some(b'{' | b'[') => "this looks like JSON",
        _ if begins("data:") => "this looks like a data URL; send the bytes themselves",
        _ => "this looks like text",
    }
}
