//! A blob from the registry into the layout. What has arrived stays, whatever happens to the rest.

use super::super::manifest::Descriptor;
use super::error::Error;
use super::partial::{Opened, Partial};
use super::progress::{Listener, Progress};
use super::retry::Patience;
use super::session::Session;
use crate::blobs::{Blobs, Stored};
use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::{Method, Response, StatusCode};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How much is gathered in memory before it is written.
const PIECE: usize = 1 << 20;

/// How often to look whether somebody else has completed a blob.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// One download. The file is shared with the thread that writes to it, which ends its piece even if nobody waits for it.
struct Download<'a> {
    session: &'a Session,
    blobs: &'a Blobs,
    blob: Stored,
    partial: Arc<Mutex<Partial>>,
    listener: Listener<'a>,
}

/// Fetches a blob, if it is not there.
pub async fn blob(
    session: &Session,
    blobs: &Blobs,
    descriptor: &Descriptor,
    listener: Listener<'_>,
) -> Result<(), Error> {
    let blob = Stored { digest: descriptor.digest, size: descriptor.size };
    let Some(partial) = open(session, blobs, blob).await? else {
        listener(Progress::Present { blob: blob.digest, size: blob.size });
        return Ok(());
    };
    let download = Download { session, blobs, blob, partial: Arc::new(Mutex::new(partial)), listener };
    let mut patience = Patience::new(&session.options);
    let mut reached = download.length();
    while download.length() < blob.size {
        let Err(error) = download.receive().await else { continue };
        if download.length() > reached {
            reached = download.length();
            patience.renew();
        }
        patience.wait(error, listener).await?;
    }
    download.finish().await
}

/// What there is of the blob; nothing if it is there as a whole.
async fn open(session: &Session, blobs: &Blobs, blob: Stored) -> Result<Option<Partial>, Error> {
    loop {
        if blobs.size(&blob.digest) == Some(blob.size) {
            return Ok(None);
        }
        let blobs = blobs.clone();
        match session.store(move || Partial::open(&blobs, blob)).await? {
            Opened::Whole => return Ok(None),
            Opened::Partial(partial) => return Ok(Some(partial)),
            Opened::Busy => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
}

impl Download<'_> {
    fn length(&self) -> u64 {
        self.partial.lock().unwrap_or_else(PoisonError::into_inner).length()
    }

    /// Asks for what is missing and takes what comes.
    async fn receive(&self) -> Result<(), Error> {
        let (have, url) = (self.length(), self.session.url(&format!("blobs/{}", self.blob.digest)));
        let what = format!("to give blob {}", self.blob.digest);
        let ask = |request: reqwest::RequestBuilder| match have {
            0 => request,
            _ => request.header(RANGE, format!("bytes={have}-")),
        };
        let response = self.session.send(Method::GET, url, &what, ask).await?;
        match response.status() {
            StatusCode::NOT_FOUND => return Err(self.session.not_found(format!("blob {}", self.blob.digest))),
            StatusCode::PARTIAL_CONTENT if begins_at(&response, have) => {}
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
                self.write(Partial::restart).await?;
                return Err(self.session.broken("it gave another part of a blob than it was asked for".into()));
            }
            // All of it, from a registry that knows no ranges.
            _ if have > 0 => self.write(Partial::restart).await?,
            _ => {}
        }
        self.take(response).await
    }

    async fn take(&self, mut response: Response) -> Result<(), Error> {
        let mut arrived = self.length();
        loop {
            let (mut piece, mut end) = (Vec::with_capacity(PIECE), None);
            while end.is_none() && piece.len() < PIECE {
                match response.chunk().await {
                    Ok(Some(part)) => piece.extend_from_slice(&part),
                    Ok(None) => end = Some(Ok(())),
                    Err(error) => end = Some(Err(self.session.unreachable(error))),
                }
            }
            arrived += piece.len() as u64;
            let Stored { digest, size } = self.blob;
            if arrived > size {
                self.write(Partial::remove).await?;
                return Err(Error::WrongSize { reference: self.session.reference.to_string(), digest, size });
            }
            self.write(move |partial| partial.append(&piece)).await?;
            (self.listener)(Progress::Moved { blob: digest, bytes: arrived, size });
            match end {
                Some(Ok(())) if arrived < size => return Err(self.session.broken("a blob broke off".into())),
                Some(result) => return result,
                None => {}
            }
        }
    }

    async fn finish(&self) -> Result<(), Error> {
        let (blobs, expected) = (self.blobs.clone(), self.blob);
        let actual = self.write(move |partial| partial.finish(&blobs, expected)).await?;
        if actual != expected.digest {
            let reference = self.session.reference.to_string();
            return Err(Error::WrongDigest { reference, expected: expected.digest, actual });
        }
        Ok(())
    }

    /// Does something to the file where nobody waits for anything else.
    async fn write<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut Partial) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let partial = Arc::clone(&self.partial);
        let action = move || action(&mut partial.lock().unwrap_or_else(PoisonError::into_inner));
        self.session.store(action).await
    }
}

/// Whether a part of a blob begins where it should: `bytes 5-9/10`.
fn begins_at(response: &Response, place: u64) -> bool {
    let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let begin = range.and_then(|range| range.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok());
    begin == Some(place)
}
