//! What came of all files.

use crate::panics::Panic;
use crate::trial::Came;
use crate::worker::Done;
use std::collections::BTreeMap;
use std::fmt;

/// A file that does what no file may.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its number.
    pub number: u64,
    /// What it does.
    pub why: String,
}

/// Counts and extremes.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many files were tried.
    pub files: u64,
    /// How many were not read.
    pub refused: u64,
    /// How many were read and did not compile.
    pub uncompiled: u64,
    /// How many compiled.
    pub compiled: u64,
    /// How many of these were packaged, too.
    pub packaged: u64,
    /// Panics that were contained, by their place, with one of their messages.
    pub contained: BTreeMap<String, (u64, String)>,
    /// The most memory in bytes, and for which file.
    pub memory: (u64, u64),
    /// The longest time in milliseconds, and for which file.
    pub slowest: (u64, u64),
    /// The files that do what no file may.
    pub failures: Vec<Failure>,
}

impl Tally {
    /// Counts a file that has been tried.
    pub fn add(&mut self, number: u64, done: &Done) {
        self.files += 1;
        match done.came {
            Ok(Came::Refused) => self.refused += 1,
            Ok(Came::Uncompiled) => self.uncompiled += 1,
            Ok(Came::Compiled) => self.compiled += 1,
            Ok(Came::Packaged) => (self.compiled, self.packaged) = (self.compiled + 1, self.packaged + 1),
            Err(_) => (),
        }
        for Panic { place, message, .. } in &done.panics {
            self.contained.entry(place.clone()).or_insert_with(|| (0, message.clone())).0 += 1;
        }
        self.memory = self.memory.max((done.memory, number));
        self.slowest = self.slowest.max((done.milliseconds, number));
    }

    /// How many files made something panic in code that is not this project's, which was told as an error.
    pub fn panics(&self) -> u64 {
        self.contained.values().map(|(count, _)| count).sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, refused, uncompiled, compiled, packaged, .. } = self;
        let read = files - refused;
        writeln!(f, "{files} files: {refused} not read, {read} read; {uncompiled} of these do not compile")?;
        writeln!(f, "{compiled} compiled, {packaged} packaged")?;
        writeln!(f, "{} panics contained, at {} places", self.panics(), self.contained.len())?;
        let mut places: Vec<_> = self.contained.iter().collect();
        places.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        for (place, (count, message)) in places {
            writeln!(f, "  {count:>6} × {place}: {}", message.chars().take(120).collect::<String>())?;
        }
        writeln!(f, "most memory {} MiB, file {}", self.memory.0 >> 20, self.memory.1)?;
        write!(f, "slowest {:.1} s of processors' time, file {}", self.slowest.0 as f64 / 1e3, self.slowest.1)
    }
}
