//! Reads the section in which a component's file says what it computes, without reading the rest of the file.

use super::kept::NAME;
use maasm_plan::Package;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// The bytes before a component's first section.
const PREAMBLE: [u8; 8] = *b"\0asm\x0d\0\x01\0";

/// A longer section is none of ours.
const LONGEST: u64 = 256 << 20;

/// Reads the package, without its constants and the classes' names; none if the file does not hold one, as components do not
/// that are older than the section.
pub fn said(component: &Path) -> Option<Package> {
    let section = section(component).ok().flatten()?;
    let (_, package) = section.split_first_chunk::<4>()?;
    Package::decode(package).ok()
}

/// The content of our custom section.
fn section(component: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = BufReader::new(File::open(component)?);
    let mut preamble = [0; PREAMBLE.len()];
    file.read_exact(&mut preamble)?;
    if preamble != PREAMBLE {
        return Ok(None);
    }
    loop {
        let mut id = [0];
        if file.read(&mut id)? == 0 {
            return Ok(None);
        }
        let size = number(&mut file)?;
        if id != [0] || size > LONGEST {
            file.seek_relative(i64::try_from(size).map_err(io::Error::other)?)?;
            continue;
        }
        let end = file.stream_position()? + size;
        let length = number(&mut file)?;
        if length == NAME.len() as u64 {
            let mut name = [0; NAME.len()];
            file.read_exact(&mut name)?;
            if name == *NAME.as_bytes() {
                let left = end.saturating_sub(file.stream_position()?);
                let mut content = Vec::new();
                file.take(left).read_to_end(&mut content)?;
                return Ok(Some(content));
            }
        }
        file.seek(SeekFrom::Start(end))?;
    }
}

/// A number of at most 32 bits, as WebAssembly writes it: seven bits in each byte, the lowest first.
fn number(file: &mut impl Read) -> io::Result<u64> {
    let mut number = 0;
    for place in 0..5 {
        let mut byte = [0];
        file.read_exact(&mut byte)?;
        number |= u64::from(byte[0] & 0x7f) << (7 * place);
        if byte[0] & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(io::Error::other("a length has more than 32 bits"))
}
