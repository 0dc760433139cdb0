//! What the tests of this crate share.

use maasm_media::{Limits, MediaError, Picture};
use std::path::{Path, PathBuf};

/// A file or folder of the test data.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The bytes of a picture of the test data.
pub fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(data("pictures").join(name)).unwrap()
}

pub fn decode(bytes: &[u8]) -> Result<Picture, MediaError> {
    maasm_media::decode(bytes, &Limits::default())
}

/// The names of the files in a folder of the test data that end so, in order.
pub fn names(folder: &str, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(data(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(ending)).collect();
    names.sort();
    names
}

/// The largest and the mean difference of two runs of samples.
pub fn difference(a: &[u8], b: &[u8]) -> (u8, f64) {
    assert_eq!(a.len(), b.len());
    let differences = || a.iter().zip(b).map(|(a, b)| a.abs_diff(*b));
    let sum: f64 = differences().map(f64::from).sum();
    (differences().max().unwrap_or(0), sum / a.len() as f64)
}
