//! A registry that cannot answer now is asked again, as it wishes, and not for ever.

use crate::registry::layout::{Layout, options};
use crate::registry::liar::Liar;
use maasm_registry::oci::remote::{self, Error, Progress};
use maasm_tests::component;
use std::sync::Mutex;
use std::time::Duration;

/// What a pull comes to after these failures, and how long it waited each time.
async fn after(failures: &[(u16, Option<u64>)]) -> (Result<(), Error>, Vec<Duration>, usize) {
    let (here, there) = (Layout::new(), Layout::new());
    let liar = Liar::honest(&here, here.add(&component::named("cats", "unreachable"))).failing(failures);
    let pauses = Mutex::new(Vec::new());
    let listen = |progress| {
        if let Progress::Waiting { pause, .. } = progress {
            pauses.lock().unwrap().push(pause);
        }
    };
    let pulled = remote::pull(&there.blobs, &there.lock, &liar.reference(), &options(), &listen).await.map(drop);
    (pulled, pauses.into_inner().unwrap(), liar.requests().len())
}

#[tokio::test]
async fn it_is_asked_again_less_and_less_often() {
    let (pulled, pauses, _) = after(&[(503, None), (500, None), (429, None), (502, None)]).await;
    pulled.unwrap();
    let [first, .., last] = pauses[..] else { panic!("{pauses:?}") };
    assert_eq!(pauses.len(), 4);
    assert!(first <= Duration::from_millis(5) && last >= Duration::from_millis(20), "{pauses:?}");
}

#[tokio::test]
async fn it_says_itself_when_to_come_again() {
    let (pulled, pauses, _) = after(&[(429, Some(1)), (503, Some(0))]).await;
    pulled.unwrap();
    assert_eq!(pauses, [Duration::from_secs(1), Duration::ZERO]);
}

#[tokio::test]
async fn it_is_not_asked_for_ever() {
    let (pulled, pauses, requests) = after(&[(503, None); 9]).await;
    let error = pulled.unwrap_err();
    assert!(matches!(error, Error::Busy { status: 503, .. }), "{error}");
    assert_eq!((pauses.len(), requests), (4, 5));
    assert!(error.to_string().contains("TOOMANYREQUESTS slowly"), "{error}");
}

#[tokio::test]
async fn it_is_not_waited_for_longer_than_anybody_would() {
    let (pulled, pauses, _) = after(&[(429, Some(86400))]).await;
    assert!(matches!(pulled, Err(Error::Busy { status: 429, .. })));
    assert!(pauses.is_empty());
}

#[tokio::test]
async fn what_it_refuses_is_not_asked_again() {
    let (pulled, _, requests) = after(&[(400, None)]).await;
    assert!(matches!(pulled, Err(Error::Refused { status: 400, .. })));
    assert_eq!(requests, 1);
    let (pulled, _, requests) = after(&[(403, None)]).await;
    assert!(matches!(pulled, Err(Error::Unauthorized { status: 403, .. })));
    assert_eq!(requests, 1);
}
