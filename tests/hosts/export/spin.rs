//! Spin has no program that installs by name: its manifest is held to a schema that was written down from Spin's own.

use super::{ByHand, checked};
use maasm_trials::hosts::file;
use serde_json::Value;

#[test]
fn the_manifest_and_the_application_for_spinkube_are_as_spin_wants_them() {
    let by_hand = ByHand::new("small", "1.0.0");
    let folder = by_hand.export("spin", &["--image", "registry.example/small:1.0.0"]);
    let manifest = std::fs::read_to_string(folder.join("spin.toml")).unwrap();
    let manifest: Value = serde_json::to_value(manifest.parse::<toml::Table>().unwrap()).unwrap();
    // JSON is YAML, too.
    let json = by_hand.folder.path().join("spin.json");
    std::fs::write(&json, manifest.to_string()).unwrap();
    let Some(documents) = checked(&json, "spin_manifest.json") else { return };
    let manifest = &documents[0];
    let component = &manifest["component"][manifest["trigger"]["http"][0]["component"].as_str().unwrap()];
    assert!(folder.join(component["source"].as_str().unwrap()).is_file());
    assert_eq!(manifest["application"]["name"], "small");
    let application = &checked(&folder.join("spinapp.yaml"), "spin_app.json").unwrap()[0];
    assert_eq!(application["spec"]["image"], "registry.example/small:1.0.0");
}

#[test]
fn the_manifests_of_this_repository_are_as_spin_wants_them() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["spin.toml", "spin-composed.toml"] {
        let manifest = std::fs::read_to_string(file(name)).unwrap().parse::<toml::Table>().unwrap();
        let json = folder.path().join("spin.json");
        std::fs::write(&json, serde_json::to_string(&manifest).unwrap()).unwrap();
        let Some(documents) = checked(&json, "spin_manifest.json") else { return };
        let triggered = documents[0]["trigger"]["http"][0]["component"].as_str().unwrap();
        assert!(documents[0]["component"][triggered].is_object(), "{name} triggers {triggered}");
    }
}
