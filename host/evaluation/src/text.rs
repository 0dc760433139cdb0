//! Text that a user gives in a file: UTF-8, with or without a byte order mark.

use std::str;

/// A reason why bytes are not UTF-8 text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// They are text in another encoding.
    #[error("the text is encoded as {0}; save it as UTF-8")]
    Encoding(&'static str),
    /// They are no text in any encoding that is recognised.
    #[error("line {line} is not UTF-8 text; save the file as UTF-8")]
    Bytes {
        /// The first line that is none, counted from 1.
        line: u64,
    },
}

/// Encodings by their byte order marks; the longer marks first, since one begins with another.
const MARKS: [(&[u8], &str); 4] = [
    (b"\xFF\xFE\0\0", "UTF-32 (little-endian)"),
    (b"\0\0\xFE\xFF", "UTF-32 (big-endian)"),
    (b"\xFF\xFE", UTF_16_LE),
    (b"\xFE\xFF", UTF_16_BE),
];

const UTF_16_LE: &str = "UTF-16 (little-endian)";
const UTF_16_BE: &str = "UTF-16 (big-endian)";

/// UTF-8's byte order mark, which editors on Windows and spreadsheets write.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The bytes without UTF-8's byte order mark.
///
/// # Errors
/// If they begin as text in UTF-16 or UTF-32 does.
pub fn unmarked(bytes: &[u8]) -> Result<&[u8], NotText> {
    if let Some((_, name)) = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Err(NotText::Encoding(name));
    }
    match bytes {
        // A first character below 256, in two bytes.
        [1..=u8::MAX, 0, ..] => Err(NotText::Encoding(UTF_16_LE)),
        [0, 1..=u8::MAX, ..] => Err(NotText::Encoding(UTF_16_BE)),
        _ => Ok(bytes.strip_prefix(MARK).unwrap_or(bytes)),
    }
}

/// The text in these bytes, without a byte order mark.
///
/// # Errors
/// If they are not UTF-8.
pub fn decode(bytes: &[u8]) -> Result<&str, NotText> {
    let bytes = unmarked(bytes)?;
    str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        NotText::Bytes { line: 1 + before.iter().filter(|&&byte| byte == b'\n').count() as u64 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(decode(b"\xEF\xBB\xBFtabby"), Ok("tabby"));
        assert_eq!(decode("tabby \u{feff}".as_bytes()), Ok("tabby \u{feff}"), "elsewhere it is a character");
        assert_eq!(decode(b""), Ok(""));
    }

    /// Marks as the Unicode standard lists them, section 23.8.
    #[test]
    fn other_encodings_are_named() {
        let utf_16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let named = |bytes: &[u8]| decode(bytes).unwrap_err();
        assert_eq!(named(&utf_16("\u{feff}a", u16::to_le_bytes)), NotText::Encoding(UTF_16_LE));
        assert_eq!(named(&utf_16("\u{feff}a", u16::to_be_bytes)), NotText::Encoding(UTF_16_BE));
        assert_eq!(named(&utf_16("é", u16::to_le_bytes)), NotText::Encoding(UTF_16_LE));
        assert_eq!(named(&utf_16("{", u16::to_be_bytes)), NotText::Encoding(UTF_16_BE));
        assert_eq!(named(b"\xFF\xFE\0\0a\0\0\0"), NotText::Encoding("UTF-32 (little-endian)"));
        assert_eq!(named(b"one\ntwo\n\xE9t\xE9"), NotText::Bytes { line: 3 });
    }
}
