//! Pictures as elements of the datatype BYTES.

use super::InputError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

pub const DATATYPE: &str = "BYTES";

/// The one element of binary data: its length, little-endian in four bytes, and as many bytes.
pub fn from_binary(data: &[u8]) -> Result<&[u8], InputError> {
    let wrong = |reason: String| InputError::Picture(reason);
    let (length, bytes) =
        data.split_first_chunk().ok_or_else(|| wrong("its data are shorter than the four bytes of a length".into()))?;
    let length = u32::from_le_bytes(*length);
    if u64::from(length) != bytes.len() as u64 {
        return Err(wrong(format!("its element has {length} bytes, and {} bytes follow the length", bytes.len())));
    }
    Ok(bytes)
}

/// The one element of a list, flat or nested: a picture is no text, so it goes in Base64 (RFC 4648). `json` is valid
/// JSON.
pub fn from_json(json: &str) -> Result<Vec<u8>, InputError> {
    let element = json.trim_matches([' ', '\t', '\n', '\r', '[', ']']);
    let wrong = |reason: String| InputError::Picture(format!("its data are not one text in Base64 ({reason})"));
    let text: Cow<'_, str> = serde_json::from_str(element).map_err(|error| wrong(error.to_string()))?;
    STANDARD.decode(text.as_bytes()).map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_has_its_length_before_it() {
        assert_eq!(from_binary(b"\x03\0\0\0abc"), Ok(&b"abc"[..]));
        assert_eq!(from_binary(b"\0\0\0\0"), Ok(&b""[..]));
        for wrong in [&b""[..], b"\x03\0\0", b"\x03\0\0\0ab", b"\x03\0\0\0abcd", b"\xff\xff\xff\xffab"] {
            assert!(matches!(from_binary(wrong), Err(InputError::Picture(_))), "{wrong:?}");
        }
    }

    #[test]
    fn in_json_it_is_base64() {
        for json in [r#"["YWI="]"#, r#" [ [ "YWI=" ] ] "#, r#""YWI=""#, r#"["YW\u0049="]"#] {
            assert_eq!(from_json(json).unwrap(), b"ab", "{json}");
        }
        for wrong in ["[]", "[1]", "[null]", r#"["YWI=", "YWI="]"#, r#"["YWI"]"#, r#"["a cat"]"#, r#"[["YWI="],[]]"#] {
            let error = from_json(wrong).unwrap_err().to_string();
            assert!(error.contains("not one text in Base64"), "{wrong}: {error}");
        }
    }
}
