//! To a registry that others wrote, and back.

use crate::registry::docker::{Docker, Referred};
use crate::registry::layout::{Layout, facts, options};
use maasm_registry::digest::Digest;
use maasm_registry::oci::remote::{self, Error, Options, Progress, Version};
use maasm_tests::component;
use std::sync::Mutex;

#[tokio::test]
async fn a_version_comes_back_as_it_was_pushed() {
    let Some(docker) = Docker::start() else { return };
    let (here, there) = (Layout::new(), Layout::new());
    let bytes = component::with_ballast("cats", 3 << 20);
    let manifest = here.add(&bytes);
    let reference = docker.reference("models/cats:1.0.0");
    // As a server does it: on whichever thread is free.
    let pulled = tokio::spawn(async move {
        here.push(manifest, &reference, &options()).await.unwrap();
        let pulled = there.pull(&reference, &options()).await.unwrap();
        let by_digest = there.pull(&reference.repository.digest(manifest.digest), &options()).await.unwrap();
        assert_eq!(pulled, by_digest);
        assert_eq!(there.component(&pulled), component::with_ballast("cats", 3 << 20));
        assert_eq!(there.partials(), Vec::<std::path::PathBuf>::new());
        pulled
    });
    let pulled = pulled.await.unwrap();
    assert_eq!((pulled.version.manifest, pulled.version.facts), (manifest, facts()));
}

#[tokio::test]
async fn what_is_there_already_is_not_sent_again() {
    let Some(docker) = Docker::start() else { return };
    let layout = Layout::new();
    let manifest = layout.add(&component::with_ballast("cats", 1 << 20));
    let moved = Mutex::new(0);
    let listen = |progress| {
        if let Progress::Moved { .. } = progress {
            *moved.lock().unwrap() += 1;
        }
    };
    let (version, options) = (Version { manifest: &manifest.digest, attachments: &[] }, options());
    for tag in ["1.0.0", "latest"] {
        let to = docker.reference(&format!("cats:{tag}"));
        remote::push(&layout.blobs, &layout.lock, version, &to, &options, &listen).await.unwrap();
        assert_eq!(*moved.lock().unwrap() > 0, tag == "1.0.0");
        *moved.lock().unwrap() = 0;
        remote::pull(&layout.blobs, &layout.lock, &to, &options, &listen).await.unwrap();
        assert_eq!(*moved.lock().unwrap(), 0);
    }
    // The manifest, its configuration and the component.
    assert_eq!(docker.blobs().len(), 3);
}

#[tokio::test]
async fn what_a_registry_does_not_have_is_told() {
    let Some(docker) = Docker::start() else { return };
    let error = Layout::new().pull(&docker.reference("cats:1.0.0"), &options()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    assert!(error.to_string().contains(&docker.reference("cats:1.0.0").to_string()), "{error}");
}

#[tokio::test]
async fn a_component_that_is_larger_than_allowed_is_not_fetched() {
    let Some(docker) = Docker::start() else { return };
    let here = Layout::new();
    let reference = docker.reference("cats:1.0.0");
    here.push(here.add(&component::with_ballast("cats", 1 << 20)), &reference, &options()).await.unwrap();
    let there = Layout::new();
    let narrow = Options { component_limit: 1 << 20, ..options() };
    let error = there.pull(&reference, &narrow).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit, .. } if limit == 1 << 20), "{error}");
    assert_eq!(there.blobs.all().unwrap(), []);
}

#[tokio::test]
async fn a_registry_that_is_not_there_is_told_after_some_attempts() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let reference = crate::registry::docker::reference(port, "cats:1.0.0");
    let error = Layout::new().pull(&reference, &options()).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}

#[tokio::test]
async fn a_version_whose_component_is_gone_is_not_pushed() {
    let Some(docker) = Docker::start() else { return };
    let here = Layout::new();
    let bytes = component::named("cats", "unreachable");
    let manifest = here.add(&bytes);
    std::fs::remove_file(here.blobs.path(&Digest::of(&bytes))).unwrap();
    let error = here.push(manifest, &docker.reference("cats:1.0.0"), &options()).await.unwrap_err();
    assert!(matches!(error, Error::Store { .. }), "{error}");
    let other = Digest::of(b"another");
    let version = Version { manifest: &other, attachments: &[] };
    let to = docker.reference("cats:1.0.0");
    let error = remote::push(&here.blobs, &here.lock, version, &to, &options(), &|_| ()).await.unwrap_err();
    assert!(matches!(error, Error::Local { .. }), "{error}");
}
