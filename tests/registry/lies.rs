//! A registry that gives other things than it should gets nothing into the layout.

use crate::registry::layout::{Layout, options};
use crate::registry::liar::Liar;
use maasm_registry::digest::Digest;
use maasm_registry::oci::artifact;
use maasm_registry::oci::remote::Error;
use maasm_tests::component;

/// What a pull comes to from a registry that lies about the component; nothing of it may stay.
async fn with_component(lie: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Error {
    let (here, there) = (Layout::new(), Layout::new());
    let bytes = component::with_ballast("cats", 1 << 20);
    let digest = Digest::of(&bytes);
    let liar = Liar::honest(&here, here.add(&bytes)).lying(&format!("blobs/{digest}"), lie(bytes));
    let error = there.pull(&liar.reference(), &options()).await.unwrap_err();
    assert!(error.to_string().contains(&liar.reference().to_string()), "{error}");
    assert_eq!(there.blobs.size(&digest), None);
    if !matches!(error, Error::Unreachable { .. }) {
        assert_eq!(there.partials(), Vec::<std::path::PathBuf>::new());
    }
    error
}

#[tokio::test]
async fn another_component_of_the_same_size_is_refused() {
    let error = with_component(|mut bytes| {
        bytes[1000] ^= 1;
        bytes
    });
    let error = error.await;
    assert!(matches!(error, Error::WrongDigest { .. }), "{error}");
}

#[tokio::test]
async fn a_component_that_is_longer_than_it_should_be_is_refused() {
    let error = with_component(|bytes| [bytes.clone(), bytes].concat()).await;
    assert!(matches!(error, Error::WrongSize { .. }), "{error}");
}

#[tokio::test]
async fn a_component_that_always_breaks_off_is_given_up() {
    let error = with_component(|bytes| bytes[..bytes.len() / 2].to_vec()).await;
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn another_manifest_than_the_digest_says_is_refused() {
    let layout = Layout::new();
    let manifest = layout.add(&component::named("cats", "unreachable"));
    let mut other = layout.blobs.read(&manifest.digest).unwrap();
    other.push(b'\n');
    let liar = Liar::honest(&layout, manifest).lying(&format!("manifests/{}", manifest.digest), other);
    let reference = liar.reference().repository.digest(manifest.digest);
    let error = Layout::new().pull(&reference, &options()).await.unwrap_err();
    assert!(matches!(error, Error::WrongDigest { .. }), "{error}");
}

#[tokio::test]
async fn a_manifest_that_does_not_end_is_not_read_to_its_end() {
    let layout = Layout::new();
    let manifest = layout.add(&component::named("cats", "unreachable"));
    let liar = Liar::honest(&layout, manifest).lying("manifests/1.0.0", vec![b' '; 5 << 20]);
    let error = Layout::new().pull(&liar.reference(), &options()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}

#[tokio::test]
async fn a_manifest_that_describes_no_component_is_refused() {
    for (text, says) in [
        ("<html>", "no OCI manifest"),
        (
            r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#,
            "list of manifests",
        ),
    ] {
        let layout = Layout::new();
        let manifest = layout.add(&component::named("cats", "unreachable"));
        let liar = Liar::honest(&layout, manifest).lying("manifests/1.0.0", text.into());
        let error = Layout::new().pull(&liar.reference(), &options()).await.unwrap_err();
        assert!(matches!(error, Error::NotWasm { .. }) && error.to_string().contains(says), "{error}");
    }
}

#[test]
fn a_manifest_that_was_changed_on_disk_is_not_read() {
    let layout = Layout::new();
    let manifest = layout.add(&component::named("cats", "unreachable"));
    let path = layout.blobs.path(&manifest.digest);
    std::fs::remove_file(&path).unwrap();
    std::fs::write(path, "{}").unwrap();
    let error = artifact::read(&layout.blobs, &manifest.digest).unwrap_err().to_string();
    assert!(error.contains("damaged"), "{error}");
}
