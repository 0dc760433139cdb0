//! What is attached to a version goes with it.

use crate::registry::docker::{Docker, Referred};
use crate::registry::layout::{Layout, options};
use crate::registry::liar::Liar;
use maasm_registry::digest::Digest;
use maasm_registry::oci::attachment;
use maasm_registry::oci::remote::Options;
use maasm_tests::component;
use serde_json::json;

const REPORT: &str = "application/vnd.example.report+json";

fn attach(layout: &Layout, to: maasm_registry::blobs::Stored, report: &str) -> Digest {
    let said = [("org.opencontainers.image.title".to_owned(), "report.json".to_owned())].into();
    attachment::write(&layout.blobs, to, REPORT, report.as_bytes(), said).unwrap().digest
}

#[tokio::test]
async fn what_is_attached_to_a_version_comes_back_with_it() {
    // This registry does not know what is attached to what: it is noted under a tag.
    let Some(docker) = Docker::start() else { return };
    let (here, there) = (Layout::new(), Layout::new());
    let manifest = here.add(&component::named("cats", "unreachable"));
    let reports = [attach(&here, manifest, r#"{"top1":0.9}"#), attach(&here, manifest, r#"{"top1":0.8}"#)];
    let reference = docker.reference("cats:1.0.0");
    here.push_with(manifest, &reports[..1], &reference, &options()).await.unwrap();
    here.push_with(manifest, &reports, &reference, &options()).await.unwrap();
    let pulled = there.pull(&reference, &options()).await.unwrap();
    assert_eq!(pulled.attachments.iter().map(|stored| stored.digest).collect::<Vec<_>>(), reports);
    let report = attachment::read(&there.blobs, &reports[0]).unwrap();
    assert_eq!(report.artifact_type(), REPORT);
    assert_eq!(report.subject.unwrap().digest, manifest.digest);
    assert_eq!(there.blobs.read(&report.layers[0].digest).unwrap(), br#"{"top1":0.9}"#);
}

#[tokio::test]
async fn what_is_attached_and_too_large_is_left_where_it_is() {
    let Some(docker) = Docker::start() else { return };
    let (here, there) = (Layout::new(), Layout::new());
    let manifest = here.add(&component::named("cats", "unreachable"));
    let reports = [attach(&here, manifest, &"x".repeat(10_000)), attach(&here, manifest, "small")];
    let reference = docker.reference("cats:1.0.0");
    here.push_with(manifest, &reports, &reference, &options()).await.unwrap();
    let narrow = Options { attachments_limit: 10_000, ..options() };
    let pulled = there.pull(&reference, &narrow).await.unwrap();
    assert_eq!(pulled.attachments.iter().map(|stored| stored.digest).collect::<Vec<_>>(), reports[1..]);
}

#[tokio::test]
async fn what_belongs_to_another_version_is_not_taken_for_its_own() {
    let layout = Layout::new();
    let cats = layout.add(&component::named("cats", "unreachable"));
    let dogs = layout.add(&component::named("dogs", "unreachable"));
    let reports = [attach(&layout, cats, "good"), attach(&layout, dogs, "bad")];
    let listed = reports.map(|digest| {
        let size = layout.blobs.size(&digest).unwrap();
        json!({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": size})
    });
    let mut liar = Liar::honest(&layout, cats).lying(
        &format!("referrers/{}", cats.digest),
        json!({"schemaVersion": 2, "manifests": listed}).to_string().into(),
    );
    for digest in reports {
        liar = liar.lying(&format!("manifests/{digest}"), layout.blobs.read(&digest).unwrap());
        for blob in attachment::read(&layout.blobs, &digest).unwrap().blobs() {
            liar = liar.lying(&format!("blobs/{}", blob.digest), layout.blobs.read(&blob.digest).unwrap());
        }
    }
    let pulled = Layout::new().pull(&liar.reference(), &options()).await.unwrap();
    assert_eq!(pulled.attachments.iter().map(|stored| stored.digest).collect::<Vec<_>>(), reports[..1]);
}
