//! What broke off goes on where it did.

use crate::registry::docker::{Docker, Referred, reference};
use crate::registry::layout::{Layout, options};
use crate::registry::proxy::{Direction, Proxy};
use maasm_registry::blobs::{Blobs, Durability};
use maasm_registry::digest::Digest;
use maasm_registry::oci::remote::{self, Error, Options, Progress};
use maasm_tests::component;
use std::time::{Duration, SystemTime};
use tokio::sync::Notify;

const SIZE: u64 = 8 << 20;

/// Requests, headers, manifests and what was on its way when the connection was cut.
const AROUND: u64 = 1 << 18;

/// A registry that has a version with a large component.
async fn docker() -> Option<(Docker, Vec<u8>)> {
    let docker = Docker::start()?;
    let here = Layout::new();
    let bytes = component::with_ballast("cats", SIZE as usize);
    here.push(here.add(&bytes), &docker.reference("cats:1.0.0"), &options()).await.unwrap();
    Some((docker, bytes))
}

#[tokio::test]
async fn a_pull_whose_connection_breaks_fetches_only_the_rest() {
    let Some((docker, bytes)) = docker().await else { return };
    let proxy = Proxy::start(docker.address, Direction::FromRegistry, SIZE / 2);
    let there = Layout::new();
    let pulled = there.pull(&reference(proxy.address, "cats:1.0.0"), &options()).await.unwrap();
    assert!(there.component(&pulled) == bytes);
    println!("{} bytes passed for a component of {SIZE}", proxy.passed());
    assert!(proxy.passed() < SIZE + AROUND, "{} bytes passed", proxy.passed());
}

#[tokio::test]
async fn a_pull_that_failed_fetches_only_the_rest_the_next_time() {
    let Some((docker, bytes)) = docker().await else { return };
    let proxy = Proxy::start(docker.address, Direction::FromRegistry, SIZE / 2);
    let (there, from) = (Layout::new(), reference(proxy.address, "cats:1.0.0"));
    let error = there.pull(&from, &Options { attempts: 1, ..options() }).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert_eq!(there.partials().len(), 1);
    let pulled = there.pull(&from, &options()).await.unwrap();
    assert!(there.component(&pulled) == bytes);
    assert!(proxy.passed() < SIZE + AROUND, "{} bytes passed", proxy.passed());
    assert!(there.partials().is_empty());
}

#[tokio::test]
async fn a_pull_that_nobody_waits_for_any_more_leaves_what_it_has() {
    let Some((docker, bytes)) = docker().await else { return };
    let (there, from) = (Layout::new(), docker.reference("cats:1.0.0"));
    let (begun, options) = (Notify::new(), options());
    let listen = |progress| {
        if matches!(progress, Progress::Moved { bytes, .. } if bytes > SIZE / 4) {
            begun.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = begun.notified() => {}
        pulled = remote::pull(&there.blobs, &there.lock, &from, &options, &listen) => panic!("{pulled:?}"),
    }
    let there_already = std::fs::metadata(&there.partials()[0]).unwrap().len();
    assert!(there_already > SIZE / 4);
    let proxy = Proxy::start(docker.address, Direction::FromRegistry, u64::MAX);
    let pulled = there.pull(&reference(proxy.address, "cats:1.0.0"), &options).await.unwrap();
    assert!(there.component(&pulled) == bytes);
    assert!(proxy.passed() < SIZE - there_already + AROUND, "{} bytes passed", proxy.passed());
}

#[tokio::test]
async fn what_arrived_in_part_and_was_changed_since_is_refused_and_fetched_anew_the_next_time() {
    let Some((docker, bytes)) = docker().await else { return };
    let there = Layout::new();
    let digest = Digest::of(&bytes);
    std::fs::write(there.blobs.partial(&digest), vec![0; 1000]).unwrap();
    let error = there.pull(&docker.reference("cats:1.0.0"), &options()).await.unwrap_err();
    assert!(matches!(error, Error::WrongDigest { .. }), "{error}");
    let pulled = there.pull(&docker.reference("cats:1.0.0"), &options()).await.unwrap();
    assert!(there.component(&pulled) == bytes);
}

#[tokio::test]
async fn two_that_pull_the_same_at_once_fetch_it_once() {
    let Some((docker, bytes)) = docker().await else { return };
    let proxy = Proxy::start(docker.address, Direction::FromRegistry, u64::MAX);
    let (there, from, options) = (Layout::new(), reference(proxy.address, "cats:1.0.0"), options());
    let (first, second) = tokio::join!(there.pull(&from, &options), there.pull(&from, &options));
    assert_eq!(first.unwrap(), second.as_ref().unwrap().clone());
    assert!(there.component(&second.unwrap()) == bytes);
    assert!(proxy.passed() < SIZE + AROUND, "{} bytes passed", proxy.passed());
}

#[tokio::test]
async fn a_push_whose_connection_breaks_begins_the_blob_again_and_comes_to_its_end() {
    let Some(docker) = Docker::start() else { return };
    let proxy = Proxy::start(docker.address, Direction::ToRegistry, SIZE / 2);
    let (here, there) = (Layout::new(), Layout::new());
    let bytes = component::with_ballast("cats", SIZE as usize);
    here.push(here.add(&bytes), &reference(proxy.address, "cats:1.0.0"), &options()).await.unwrap();
    assert!(proxy.passed() > SIZE + SIZE / 2);
    let pulled = there.pull(&docker.reference("cats:1.0.0"), &options()).await.unwrap();
    assert!(there.component(&pulled) == bytes);
}

#[test]
fn what_arrived_in_part_is_kept_for_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path(), Durability::None).unwrap();
    let partial = blobs.partial(&Digest::of(b"cats"));
    let file = std::fs::File::create(&partial).unwrap();
    std::fs::write(folder.path().join("temporary/other"), "").unwrap();
    let alone = blobs.lock_alone().unwrap();
    let left = || blobs.left_temporaries(&alone).unwrap().into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    let other = folder.path().join("temporary/other");
    assert_eq!(left(), std::slice::from_ref(&other));
    file.set_modified(SystemTime::now() - Duration::from_secs(25 * 60 * 60)).unwrap();
    std::fs::remove_file(other).unwrap();
    assert_eq!(left(), [partial]);
}
