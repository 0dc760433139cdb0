//! Given real photographs, EfficientNet-Lite0 gets from us what it gets from someone who uses Pillow.

use crate::support::{decode, difference};
use maasm_media::{preprocess, preset};
use maasm_plan::recipe::Layout;
use maasm_tests::{python, skip};
use std::path::{Path, PathBuf};
use std::process::Command;

const SIZE: u32 = 224;

/// The photographs, if they are there.
fn photographs() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/imagenet");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        skip::absent(&folder);
        return None;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    Some(paths)
}

#[test]
fn photographs_are_prepared_as_pillow_prepares_them() {
    let Some(paths) = photographs() else { return };
    let Some(python) = python::interpreter() else { return };
    let helper = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/efficientnet_lite.py");
    let output = Command::new(python).arg(helper).args(&paths).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let length = (SIZE * SIZE * 3) as usize;
    assert_eq!(output.stdout.len(), paths.len() * length);

    let recipe = preset("efficientnet-lite").unwrap().recipe(SIZE, SIZE, Layout::ChannelsFirst);
    let mut tensor = vec![0.0; length];
    let mut worst = (0.0, 0);
    for (path, expected) in paths.iter().zip(output.stdout.chunks_exact(length)) {
        let picture = decode(&std::fs::read(path).unwrap()).unwrap();
        preprocess(&picture, &recipe, Layout::ChannelsLast, &mut tensor);
        let found: Vec<u8> = tensor.iter().map(|x| (x * 128.0 + 127.0).round() as u8).collect();
        let (largest, mean) = difference(&found, expected);
        worst = (mean.max(worst.0), largest.max(worst.1));
        // Decoders differ in how they interpolate colour; resizing levels most of it out.
        assert!(mean < 0.5 && largest <= 8, "{}: differs by {mean}, at most {largest}", path.display());
    }
    println!("{} photographs differ by at most {:.3} on average, {} at one place", paths.len(), worst.0, worst.1);
}
