//! A model's structure and parameters, written and read again.

use super::{folder, printed};
use maasm_tests::onnx::{encode, small_network};

#[test]
fn the_structure_goes_round() {
    let folder = folder(&encode(&small_network()));
    let structure = printed(folder.path(), &["inspect", "model.onnx", "--structure"]);
    assert!(structure.starts_with("{\n  \"format\": \"maasm-structure/1\""), "{structure}");
    printed(folder.path(), &["inspect", "model.onnx", "--structure", "-o", "small.json"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("small.json")).unwrap(), structure);
    let pair = ["--structure-file", "small.json", "--params", "small.safetensors"];
    let again = printed(folder.path(), &[&["inspect", "--structure"], &pair[..]].concat());
    assert_eq!(again, structure);
    let without_digest =
        |text: String| text.lines().filter(|line| !line.starts_with("digest")).collect::<Vec<_>>().join("\n");
    assert_eq!(
        without_digest(printed(folder.path(), &[&["inspect"], &pair[..]].concat())),
        without_digest(printed(folder.path(), &["inspect", "model.onnx"])),
    );
}
