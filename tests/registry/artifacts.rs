//! Manifests: ours, to the letter, and others'.

use crate::registry::layout::{Layout, facts};
use maasm_registry::digest::Digest;
use maasm_registry::oci::artifact;
use maasm_registry::oci::facts::Facts;
use maasm_tests::component;
use serde_json::{Value, json};

fn document(layout: &Layout, digest: &str) -> Value {
    serde_json::from_slice(&layout.blobs.read(&digest.parse().unwrap()).unwrap()).unwrap()
}

#[test]
fn a_version_is_written_as_a_wasm_oci_artifact() {
    let layout = Layout::new();
    let bytes = component::named("cats", "unreachable");
    let manifest = document(&layout, &layout.add(&bytes).digest.to_string());
    // https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/
    let digest = Digest::of(&bytes);
    let config_digest = manifest["config"]["digest"].as_str().unwrap();
    assert_eq!(manifest["schemaVersion"], 2);
    assert_eq!(manifest["mediaType"], "application/vnd.oci.image.manifest.v1+json");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    let layer = json!({
        "mediaType": "application/wasm", "digest": digest, "size": bytes.len(),
        "annotations": {"org.opencontainers.image.title": "cats.wasm"},
    });
    assert_eq!(manifest["layers"], json!([layer]));
    let config = document(&layout, config_digest);
    let component = json!({
        "exports": ["maasm:model/types@0.1.0", "maasm:model/inference@0.1.0", "maasm:model/stages@0.1.0"],
        "imports": [], "target": "maasm:model/model@0.1.0",
    });
    assert_eq!(config["component"], component);
    assert_eq!(config["created"], "2023-11-14T22:13:20Z");
    assert_eq!((&config["architecture"], &config["os"]), (&json!("wasm"), &json!("wasip2")));
    assert_eq!(config["layerDigests"], json!([digest]));
}

#[test]
fn what_is_said_of_a_version_is_read_as_it_was_written() {
    let layout = Layout::new();
    let bytes = component::named("cats", "unreachable");
    let manifest = layout.add(&bytes);
    let artifact = artifact::read(&layout.blobs, &manifest.digest).unwrap();
    assert_eq!((artifact.manifest, artifact.facts), (manifest, facts()));
    assert_eq!(artifact.component.digest, Digest::of(&bytes));
    assert_eq!(manifest, layout.add(&bytes), "the same version has the same digest");
    let nothing = artifact::write(&layout.blobs, artifact.component, &Facts::default()).unwrap();
    let artifact = artifact::read(&layout.blobs, &nothing.digest).unwrap();
    assert_eq!(artifact.facts, Facts { created: Some(std::time::UNIX_EPOCH), ..Facts::default() });
}

#[test]
fn what_is_no_component_gets_no_manifest() {
    let layout = Layout::new();
    let whole = component::named("cats", "unreachable");
    for bytes in [&b""[..], b"GIF89a", &component::core_module(), &whole[..whole.len() - 1]] {
        let stored = layout.blobs.add(bytes).unwrap();
        let error = artifact::write(&layout.blobs, stored, &facts()).unwrap_err().to_string();
        assert!(error.contains("no whole WebAssembly component"), "{error}");
    }
}

#[test]
fn a_component_that_imports_something_targets_no_world_of_ours() {
    let layout = Layout::new();
    let manifest = document(&layout, &layout.add(&component::importing()).digest.to_string());
    let config = document(&layout, manifest["config"]["digest"].as_str().unwrap());
    let component = json!({"exports": [], "imports": ["wasi:random/random"], "target": null});
    assert_eq!(config["component"], component);
}

/// A manifest of these layers.
fn with_layers(layers: Value) -> Vec<u8> {
    let config = json!({"mediaType": "application/vnd.oci.empty.v1+json", "digest": Digest::of(b"{}"), "size": 2});
    json!({"schemaVersion": 2, "config": config, "layers": layers, "annotations": null}).to_string().into_bytes()
}

#[test]
fn components_that_others_pushed_are_read_too() {
    let layer = |media_type: &str, title: &str| {
        let annotations = json!({"org.opencontainers.image.title": title});
        json!({"mediaType": media_type, "digest": Digest::of(b"x"), "size": 1, "annotations": annotations, "urls": []})
    };
    for (media_type, title) in [
        ("application/wasm", "anything"),
        ("application/vnd.wasm.content.layer.v1+wasm", "anything"),
        ("application/vnd.bytecodealliance.wasm.component.layer.v0+wasm", "anything"),
        ("application/vnd.oci.image.layer.v1.tar", "cats.wasm"),
    ] {
        let artifact = artifact::parse(&with_layers(json!([layer(media_type, title)]))).unwrap();
        assert_eq!((artifact.component.digest, artifact.facts), (Digest::of(b"x"), Facts::default()));
    }
    let wasm = layer("application/wasm", "cats.wasm");
    for other in [json!([]), json!([wasm, wasm]), json!([layer("application/vnd.oci.image.layer.v1.tar", "cats.tar")])]
    {
        let error = artifact::parse(&with_layers(other)).unwrap_err().to_string();
        assert!(error.contains("one layer of type application/wasm"), "{error}");
    }
}
