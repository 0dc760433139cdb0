//! Who we are to a registry.

use crate::registry::docker::{Docker, Referred};
use crate::registry::layout::{Layout, options};
use crate::registry::liar::Liar;
use maasm_registry::oci::credentials::Credentials;
use maasm_registry::oci::reference::Reference;
use maasm_registry::oci::remote::{Error, Options};
use maasm_tests::component;
use serde_json::json;
use tempfile::TempDir;

/// Docker's configuration with this in it.
fn configuration(document: &serde_json::Value) -> (TempDir, Options) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.json"), document.to_string()).unwrap();
    let options = Options { docker_config: Some(folder.path().into()), ..options() };
    (folder, options)
}

/// `tester:secret` and `tester:wrong` in base64.
const RIGHT: &str = "dGVzdGVyOnNlY3JldA==";
const WRONG: &str = "dGVzdGVyOndyb25n";

async fn there_and_back(reference: &Reference, options: &Options) -> Result<(), Error> {
    let (here, there) = (Layout::new(), Layout::new());
    let bytes = component::named("cats", "unreachable");
    here.push(here.add(&bytes), reference, options).await?;
    assert_eq!(there.component(&there.pull(reference, options).await?), bytes);
    Ok(())
}

#[track_caller]
fn assert_unauthorized(result: Result<(), Error>, reference: &Reference, says: &str) {
    let error = result.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { status: 401, .. }), "{error:?}");
    let (text, registry) = (error.to_string(), reference.repository.registry());
    assert!(text.contains(&format!("docker login {registry}")) && text.contains(says), "{text}");
    assert!(!text.contains("secret") && !text.contains(WRONG), "{text}");
}

#[tokio::test]
async fn dockers_configuration_says_who_we_are() {
    let Some(docker) = Docker::start_guarded() else { return };
    let reference = docker.reference("models/cats:1.0.0");
    let registry = reference.repository.registry();
    let (_folder, right) = configuration(&json!({"auths": {registry: {"auth": RIGHT}}}));
    there_and_back(&reference, &right).await.unwrap();
    let (_folder, wrong) = configuration(&json!({"auths": {registry: {"auth": WRONG}}}));
    assert_unauthorized(there_and_back(&reference, &wrong).await, &reference, "does not accept");
    let (_folder, other) = configuration(&json!({"auths": {"elsewhere": {"auth": RIGHT}}}));
    assert_unauthorized(there_and_back(&reference, &other).await, &reference, "there are none");
    assert_unauthorized(there_and_back(&reference, &options()).await, &reference, "there are none");
    let given = Credentials::Password { user: "tester".into(), password: "secret".into() };
    there_and_back(&reference, &Options { credentials: Some(given), ..wrong }).await.unwrap();
}

#[tokio::test]
async fn a_configuration_that_cannot_be_read_is_told() {
    let reference: Reference = "oci://127.0.0.1:1/cats:1.0.0".parse().unwrap();
    for (document, says) in [
        (json!([]), "config.json"),
        (json!({"auths": {"127.0.0.1:1": {"auth": "%"}}}), "docker login 127.0.0.1:1"),
        (json!({"auths": {"127.0.0.1:1": {"identitytoken": "secret"}}}), "identity token"),
        (json!({"credHelpers": {"127.0.0.1:1": "no-such-helper"}}), "docker login 127.0.0.1:1"),
    ] {
        let (_folder, options) = configuration(&document);
        let error = there_and_back(&reference, &options).await.unwrap_err();
        assert!(matches!(error, Error::Credentials { .. }), "{error:?}");
        assert!(error.to_string().contains(says) && !error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_registry_that_gives_tokens_is_shown_one() {
    let (layout, there) = (Layout::new(), Layout::new());
    let bytes = component::named("cats", "unreachable");
    let liar = Liar::honest(&layout, layout.add(&bytes)).guarded(&format!("Basic {RIGHT}"));
    let reference = liar.reference();
    let (_folder, right) = configuration(&json!({"auths": {reference.repository.registry(): {"auth": RIGHT}}}));
    assert_eq!(there.component(&there.pull(&reference, &right).await.unwrap()), bytes);
    let (_folder, wrong) = configuration(&json!({"auths": {reference.repository.registry(): {"auth": WRONG}}}));
    let refused = there.pull(&reference, &wrong).await.map(drop);
    assert_unauthorized(refused, &reference, "does not accept");
}
