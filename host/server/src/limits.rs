//! How often a key may be used, and how often at once.

use super::{Kind, Problem};
use axum::body::{Body, Bytes};
use governor::{DefaultDirectRateLimiter, Quota};
use http_body::{Body as HttpBody, Frame, SizeHint};
use maasm_registry::Key;
use moka::sync::Cache;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many keys are kept account of at once.
const MOST: u64 = 10_000;
/// How long a key is kept account of that is not used: longer than a request takes.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// The account of each key that has limits, in memory. A key whose limits change begins a new one.
#[derive(Clone)]
pub struct Limits {
    accounts: Cache<(String, Option<u32>, Option<u32>), Arc<Account>>,
}

/// How much a key was used.
struct Account {
    /// As many as may come in a second may come at once, too.
    rate: Option<DefaultDirectRateLimiter>,
    /// One for each request at once.
    places: Option<Arc<Semaphore>>,
}

/// One of the requests at once that a key may make, until this is dropped.
#[derive(Debug, Default)]
pub struct Place {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { accounts: Cache::builder().max_capacity(MOST).time_to_idle(KEPT).build() }
    }
}

impl Limits {
    /// Counts one more request of this key.
    ///
    /// # Errors
    /// If that is one too many.
    pub fn admit(&self, key: &Key) -> Result<Place, Problem> {
        if key.rate.is_none() && key.concurrency.is_none() {
            return Ok(Place::default());
        }
        let identity = (key.id.clone(), key.rate, key.concurrency);
        let account = self.accounts.get_with(identity, || Arc::new(Account::new(key)));
        let too_many = |limit: &str, maximum: Option<u32>| {
            let detail = format!("the key {} allows {} requests {limit}", key.id, maximum.unwrap_or_default());
            Problem::new(Kind::TooManyRequests, detail).with("maximum", maximum)
        };
        let permit = account.places.clone().map(Semaphore::try_acquire_owned).transpose();
        let permit = permit.map_err(|_| too_many("at once; wait for one to end", key.concurrency))?;
        if account.rate.as_ref().is_some_and(|rate| rate.check().is_err()) {
            return Err(too_many("a second; send them more slowly", key.rate));
        }
        Ok(Place { _permit: permit })
    }
}

impl Account {
    fn new(key: &Key) -> Self {
        let rate = key.rate.and_then(NonZeroU32::new).map(Quota::per_second).map(DefaultDirectRateLimiter::direct);
        Self { rate, places: key.concurrency.map(|places| Arc::new(Semaphore::new(places as usize))) }
    }
}

/// A response's body that keeps a place until it is sent, or given up.
pub struct Placed {
    body: Body,
    _place: Place,
}

impl Placed {
    /// This body, which keeps this place.
    pub fn body(body: Body, place: Place) -> Body {
        Body::new(Self { body, _place: place })
    }
}

impl HttpBody for Placed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maasm_registry::Role;

    fn key(rate: Option<u32>, concurrency: Option<u32>) -> Key {
        Key {
            id: "someone".into(),
            name: "a test".into(),
            roles: vec![Role::Infer],
            created: String::new(),
            expires: None,
            revoked: None,
            rate,
            concurrency,
        }
    }

    #[test]
    fn a_key_without_limits_is_never_refused() {
        let limits = Limits::default();
        let places: Vec<Place> = (0..1000).map(|_| limits.admit(&key(None, None)).unwrap()).collect();
        assert_eq!((places.len(), limits.accounts.iter().count()), (1000, 0));
    }

    #[test]
    fn so_many_requests_a_second_may_come_at_once_and_more_once_it_has_passed() {
        let (limits, key) = (Limits::default(), key(Some(2), None));
        assert!(limits.admit(&key).is_ok() && limits.admit(&key).is_ok());
        assert_eq!(limits.admit(&key).unwrap_err().kind(), Kind::TooManyRequests);
        std::thread::sleep(Duration::from_millis(1050));
        assert!(limits.admit(&key).is_ok() && limits.admit(&key).is_ok());
    }

    #[test]
    fn a_place_is_free_again_when_its_request_is_done() {
        let (limits, key) = (Limits::default(), key(None, Some(2)));
        let (first, _second) = (limits.admit(&key).unwrap(), limits.admit(&key).unwrap());
        let refused = limits.admit(&key).unwrap_err();
        assert!(refused.detail().contains("allows 2 requests at once"), "{}", refused.detail());
        drop(first);
        assert!(limits.admit(&key).is_ok());
    }

    #[test]
    fn a_request_that_finds_no_place_costs_nothing_of_the_rate() {
        let (limits, key) = (Limits::default(), key(Some(2), Some(1)));
        let first = limits.admit(&key).unwrap();
        assert!((0..10).all(|_| limits.admit(&key).is_err()));
        drop(first);
        assert!(limits.admit(&key).is_ok());
    }

    #[test]
    fn a_key_whose_limits_change_begins_anew_and_keys_do_not_share() {
        let limits = Limits::default();
        let _place = limits.admit(&key(None, Some(1))).unwrap();
        assert!(limits.admit(&key(None, Some(1))).is_err());
        assert!(limits.admit(&key(None, Some(3))).is_ok());
        assert!(limits.admit(&Key { id: "another".into(), ..key(None, Some(1)) }).is_ok());
    }
}
