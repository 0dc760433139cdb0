//! Some files that something happened to; `cargo xtask fuzz` tries many more.

use maasm_conformance::suite::{FOLDER, Suite};
use maasm_fuzz::corpus::Corpus;
use maasm_fuzz::file::file;
use maasm_fuzz::overseer::Overseer;
use maasm_tests::python;
use std::path::Path;

/// How many are tried, which takes some twenty seconds.
const FILES: u64 = 4000;

#[test]
fn whatever_happened_to_a_file_it_is_inspected_and_packaged_or_refused() {
    let Some(python) = python::interpreter() else { return };
    let suite = Some(Suite::generated(&python, Path::new(FOLDER)).unwrap().folder);
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_maasm-fuzz"));
    let overseer = Overseer { seed: 2026, files: FILES, suite, ..Overseer::new(program, folder.path()) };
    let tally = overseer.run().unwrap();
    println!("{tally}");
    assert!(tally.failures.is_empty(), "{:?}", tally.failures);
    assert_eq!(tally.files, FILES);
    // What is refused at once tests little, and what compiles is seldom strange.
    let least = FILES / 20;
    assert!(tally.refused > least && tally.uncompiled > least && tally.compiled > least && tally.packaged > 0);
}

#[test]
fn the_same_seed_gives_the_same_files() {
    let [first, second] = [Corpus::new(None).unwrap(), Corpus::new(None).unwrap()];
    let mut other = 0;
    for number in 0..50 {
        assert_eq!(file(&first, 7, number), file(&second, 7, number));
        other += usize::from(file(&first, 7, number) != file(&first, 8, number));
    }
    assert!(other > 40, "{other} of 50 files of another seed are others");
}
