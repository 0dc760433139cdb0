//! What is not needed goes, and what is damaged is found.

use crate::commands::place::Place;
use serde_json::json;
use std::path::Path;
use std::time::{Duration, SystemTime};

#[test]
fn what_is_deployed_or_has_an_alias_is_kept_whatever_its_age() {
    for place in Place::both() {
        let place = place.with(&["1.0.0", "1.1.0", "1.2.0", "1.3.0"]);
        place.json(&["deploy", "animals@1.0.0"]);
        place.json(&["alias", "set", "animals@1.1.0", "stable"]);
        let would = place.json(&["gc", "--keep", "1", "--dry-run"]);
        assert_eq!(would["versions"], json!(["animals@1.2.0"]));
        assert_eq!(place.json(&["list"])["models"].as_array().unwrap().len(), 4, "a dry run removes nothing");
        assert_eq!(place.json(&["gc", "--keep", "1", "--younger-than", "1h"])["versions"], json!([]));
        let did = place.json(&["gc", "--keep", "1"]);
        assert_eq!((&did["versions"], did["blobs"].as_u64() >= Some(1)), (&json!(["animals@1.2.0"]), true));
        let left = place.json(&["list"]);
        let left: Vec<_> = left["models"].as_array().unwrap().iter().map(|record| &record["version"]).collect();
        assert_eq!(left, ["1.0.0", "1.1.0", "1.3.0"]);
    }
}

#[test]
fn a_flipped_byte_is_found_and_the_version_put_in_quarantine() {
    for place in Place::both() {
        let place = place.with(&["1.0.0", "1.1.0"]);
        let component = place.json(&["show", "animals@1.1.0"])["component"].as_str().unwrap().to_owned();
        let blob = place.folder().join("blobs").join(component.replace(':', "/"));
        let mut bytes = std::fs::read(&blob).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&blob, bytes).unwrap();

        let found = place.run(&["fsck"]);
        let told = String::from_utf8(found.stdout).unwrap();
        assert_eq!(found.status.code(), Some(1), "{told}");
        assert!(told.starts_with("wrong: animals@1.1.0: the component is not what its digest"), "{told}");
        assert!(place.text(&["fsck", "--repair"]).contains("mended: animals@1.1.0"));
        assert!(place.text(&["list"]).contains("quarantined"));
        place.fails(&["deploy", "animals@1.1.0"], "is in quarantine");
        place.text(&["fsck"]);
        place.json(&["deploy", "animals@1.0.0"]);
    }
}

#[test]
fn the_bytes_that_are_told_are_those_that_went() {
    let place = Place::local().with(&["1.0.0", "1.1.0"]);
    place.json(&["deploy", "animals@1.1.0"]);
    place.json(&["deploy", "animals@1.0.0"]);
    place.json(&["deploy", "animals@1.0.0"]);
    place.json(&["delete", "animals@1.1.0"]);
    // What processes left that ended early: half a blob, half a job's folder, half a component's code.
    let left = |name: &str, bytes: usize| {
        let path = place.folder().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, vec![1; bytes]).unwrap();
        let long_ago = SystemTime::now() - Duration::from_secs(48 * 60 * 60);
        std::fs::File::open(&path).unwrap().set_modified(long_ago).unwrap();
        std::fs::File::open(path.parent().unwrap()).unwrap().set_modified(long_ago).unwrap();
    };
    left("temporary/.tmp123", 3000);
    left("jobs/01890000-0000-7000-8000-000000000000/model", 5000);
    left("code/nothing.cache", 7000);
    let held = || sizes(place.folder(), &["blobs", "temporary", "jobs", "code"]);
    let before = held();
    let would = place.json(&["gc", "--dry-run"]);
    assert_eq!(held(), before, "a dry run removes nothing");
    let did = place.json(&["gc"]);
    assert_eq!(did, would);
    assert!(did["leftovers"].as_u64() >= Some(3), "{did}");
    assert_eq!(did["bytes"], before - held(), "{did}");
}

/// The bytes of all files below these folders.
fn sizes(place: &Path, folders: &[&str]) -> u64 {
    let size = |entry: std::fs::DirEntry| match entry.path() {
        path if path.is_dir() => sizes(&path, &["."]),
        path => path.metadata().unwrap().len(),
    };
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(place.join(folder)).into_iter().flatten());
    entries.map(|entry| size(entry.unwrap())).sum()
}

#[test]
fn a_deleted_versions_number_is_not_used_again() {
    let place = Place::local().with(&["1.0.0", "1.1.0"]);
    place.json(&["delete", "animals@1.0.0"]);
    place.fails(&["show", "animals@1.0.0"], "no version \"1.0.0\"; there is 1.1.0");
    let other = place.file("other.wasm", &crate::http::models::two_inputs("animals", "1.0.0"));
    place.fails(&["publish", &other], "a number is used once");
}
