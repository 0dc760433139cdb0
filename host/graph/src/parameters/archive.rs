//! The members of a zip file within a limit.

use std::io::{Cursor, Read};
use zip::ZipArchive;

/// A zip file in memory.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// How many bytes may still be unpacked.
    left: u64,
}

impl<'a> Archive<'a> {
    /// Opens it; nothing is unpacked yet.
    pub fn open(bytes: &'a [u8], limit: u64) -> Result<Self, String> {
        let zip = ZipArchive::new(Cursor::new(bytes));
        Ok(Self { zip: zip.map_err(|error| format!("is a damaged zip archive: {error}"))?, left: limit })
    }

    /// The members' names, sorted; those that are not text are left out.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.zip.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
        names.sort();
        names
    }

    /// Unpacks a member. What it says about its own length is not believed.
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>, String> {
        let fail = |error: &dyn std::fmt::Display| format!("member {name:?} cannot be read: {error}");
        let member = self.zip.by_name(name).map_err(|error| fail(&error))?;
        let mut bytes = Vec::new();
        member.take(self.left + 1).read_to_end(&mut bytes).map_err(|error| fail(&error))?;
        self.left = self
            .left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| format!("with member {name:?} the file unpacks to more bytes than a model may take"))?;
        Ok(bytes)
    }
}
