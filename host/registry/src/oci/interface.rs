//! What a component exports and imports, read off its outermost sections. The rest, weights above all, is passed over.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use wasmparser::{BinaryReader, ComponentExportSectionReader, ComponentImportSectionReader};

/// What a component exports and imports, by full names such as `maasm:model/inference@0.1.0`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// What it gives.
    pub exports: Vec<String>,
    /// What it needs.
    pub imports: Vec<String>,
}

const PREAMBLE: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];
const IMPORTS: u8 = 10;
const EXPORTS: u8 = 11;

/// Names take kilobytes; what claims more is damaged.
const MAX_NAMES: u64 = 1 << 20;

impl Interface {
    /// Reads a component's file.
    ///
    /// # Errors
    /// If it cannot be read, or is no component.
    pub fn read(component: &Path) -> io::Result<Self> {
        let mut file = BufReader::new(File::open(component)?);
        let end = file.get_ref().metadata()?.len();
        let mut preamble = [0; 8];
        file.read_exact(&mut preamble).map_err(|_| damaged("it is too short"))?;
        if preamble != PREAMBLE {
            return Err(damaged("it does not begin as one"));
        }
        let mut interface = Self::default();
        let mut place = 8;
        while place < end {
            let mut id = [0];
            file.read_exact(&mut id)?;
            let (size, digits) = read_size(&mut file)?;
            place = place.saturating_add(1 + digits + size);
            if place > end {
                return Err(damaged("it breaks off"));
            }
            match id[0] {
                IMPORTS | EXPORTS if size > MAX_NAMES => return Err(damaged("its names are too many")),
                IMPORTS => interface.add_imports(&section(&mut file, size)?).map_err(damaged)?,
                EXPORTS => interface.add_exports(&section(&mut file, size)?).map_err(damaged)?,
                _ => {
                    file.seek(SeekFrom::Start(place))?;
                }
            }
        }
        Ok(interface)
    }

    /// The world of `wit/` that the component targets, if it is a model that needs nothing.
    pub fn target(&self) -> Option<String> {
        let version = self.exports.iter().find_map(|name| name.strip_prefix("maasm:model/inference"))?;
        self.imports.is_empty().then(|| format!("maasm:model/model{version}"))
    }

    fn add_imports(&mut self, section: &[u8]) -> wasmparser::Result<()> {
        for import in ComponentImportSectionReader::new(BinaryReader::new(section, 0))? {
            self.imports.push(import?.name.name.to_owned());
        }
        Ok(())
    }

    fn add_exports(&mut self, section: &[u8]) -> wasmparser::Result<()> {
        for export in ComponentExportSectionReader::new(BinaryReader::new(section, 0))? {
            self.exports.push(export?.name.name.to_owned());
        }
        Ok(())
    }
}

fn section(file: &mut impl Read, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A section's size, and in how many bytes it is written.
fn read_size(file: &mut impl Read) -> io::Result<(u64, u64)> {
    let mut size = 0;
    for digit in 0..5 {
        let mut byte = [0];
        file.read_exact(&mut byte)?;
        size |= u64::from(byte[0] & 0x7f) << (7 * digit);
        if byte[0] & 0x80 == 0 {
            return Ok((size, digit + 1));
        }
    }
    Err(damaged("a section's size is too long"))
}

fn damaged(reason: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("it is no whole WebAssembly component: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_model_that_needs_nothing_targets_the_world_of_models() {
        let exports = vec!["maasm:model/types@0.1.0".into(), "maasm:model/inference@0.1.0".into()];
        let model = Interface { exports, imports: Vec::new() };
        assert_eq!(model.target().as_deref(), Some("maasm:model/model@0.1.0"));
        let needy = Interface { imports: vec!["wasi:nn/graph".into()], ..model };
        assert_eq!(needy.target(), None);
        assert_eq!(Interface::default().target(), None);
    }
}
