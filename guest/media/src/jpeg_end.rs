//! Whether a JPEG is all there.
//!
//! The decoder paints what is missing grey. A model would recognise something in that, so a photograph that broke
//! off on its way must be an error.

const START_OF_IMAGE: u8 = 0xD8;
const END_OF_IMAGE: u8 = 0xD9;

/// Whether the marker that ends the image is there, at its place in the sequence of segments: an embedded thumbnail
/// has one too. What comes behind it does not matter. Structure: ITU-T T.81, annex B.
pub(crate) fn has_end(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((marker, behind)) = next_marker(rest) {
        rest = match marker {
            END_OF_IMAGE => return true,
            // Stuffing, restart markers and the like stand alone; coded data follows them.
            0x00 | 0x01 | 0xD0..=START_OF_IMAGE => behind,
            _ => {
                let Some((length, _)) = behind.split_first_chunk::<2>() else { return false };
                let Some(next) = behind.get(usize::from(u16::from_be_bytes(*length)).max(2)..) else { return false };
                next
            }
        };
    }
    false
}

/// The next marker and what follows it. Bytes that belong to none, coded data above all, are passed over.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let start = bytes.iter().position(|&b| b == 0xFF)?;
    let fill = bytes[start..].iter().position(|&b| b != 0xFF)?;
    let (&marker, behind) = bytes[start + fill..].split_first()?;
    Some((marker, behind))
}

#[cfg(test)]
mod tests {
    use super::has_end;

    const SCAN: [u8; 9] = [0xFF, 0xD8, 0xFF, 0xDA, 0, 3, 7, 0xFF, 0x00];

    #[test]
    fn coded_data_followed_by_the_end_is_complete() {
        assert!(has_end(&[&SCAN[..], &[1, 2, 0xFF, 0xD0, 3, 0xFF, 0xD9]].concat()));
    }

    #[test]
    fn what_follows_the_end_does_not_matter() {
        assert!(has_end(&[&SCAN[..], &[0xFF, 0xD9, 1, 2, 3]].concat()));
    }

    #[test]
    fn coded_data_that_breaks_off_is_incomplete() {
        assert!(!has_end(&[&SCAN[..], &[1, 2, 3]].concat()));
    }

    #[test]
    fn the_end_of_a_thumbnail_is_not_the_end_of_the_photograph() {
        let with_thumbnail = [0xFF, 0xD8, 0xFF, 0xE1, 0, 6, 0xFF, 0xD8, 0xFF, 0xD9, 0xFF, 0xDA, 0, 3, 7, 1];
        assert!(!has_end(&with_thumbnail));
    }
}
