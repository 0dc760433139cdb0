//! The layout as others see it.

use crate::registry::layout::Layout;
use maasm_registry::oci::index::{self, Entry, IndexError};
use maasm_tests::component;

#[test]
fn the_versions_of_a_layout_are_read_as_they_were_written_in_whichever_order() {
    let layout = Layout::new();
    let manifest = layout.add(&component::named("cats", "unreachable"));
    let entry = |name: &str, version: &str| Entry { name: name.into(), version: version.into(), manifest };
    let [a, b, c] = [entry("cats", "1.0.0"), entry("cats", "1.0.1+7"), entry("dogs", "1.0.0")];
    index::write(&layout.blobs, &[c.clone(), a.clone(), b.clone()]).unwrap();
    let bytes = layout.blobs.read_file("index.json").unwrap();
    assert_eq!(index::read(&layout.blobs).unwrap(), [a.clone(), b.clone(), c.clone()]);
    index::write(&layout.blobs, &[a, b, c]).unwrap();
    assert_eq!(bytes, layout.blobs.read_file("index.json").unwrap());
    // https://github.com/opencontainers/image-spec/blob/main/image-layout.md
    assert_eq!(layout.blobs.read_file("oci-layout").unwrap(), br#"{"imageLayoutVersion":"1.0.0"}"#);
    let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(document["mediaType"], "application/vnd.oci.image.index.v1+json");
    let first = &document["manifests"][0];
    assert_eq!(first["annotations"]["org.opencontainers.image.ref.name"], "cats:1.0.0");
    assert_eq!((&first["digest"], &first["size"]), (&manifest.digest.to_string().into(), &manifest.size.into()));
}

#[test]
fn a_layout_that_is_not_there_or_damaged_is_told_apart() {
    let layout = Layout::new();
    assert!(matches!(index::read(&layout.blobs), Err(IndexError::Read { file: "oci-layout", .. })));
    index::write(&layout.blobs, &[]).unwrap();
    assert_eq!(index::read(&layout.blobs).unwrap(), []);
    for (file, bytes) in [("index.json", "{"), ("oci-layout", r#"{"imageLayoutVersion":"2.0.0"}"#)] {
        layout.blobs.replace(file, bytes.as_bytes()).unwrap();
        let error = index::read(&layout.blobs).unwrap_err().to_string();
        assert!(error.contains(file) && error.contains("write it anew"), "{error}");
    }
}
