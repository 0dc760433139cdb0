//! A blob from the layout to the registry.

use super::super::manifest::Descriptor;
use super::error::Error;
use super::progress::{Listener, Progress};
use super::retry;
use super::session::Session;
use crate::blobs::Blobs;
use futures_util::{Stream, stream};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Method, StatusCode};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use tokio::sync::mpsc;

/// How much is read at once.
const PIECE: usize = 1 << 18;

/// Sends a blob, if it is not there.
pub async fn blob(
    session: &Session,
    blobs: &Blobs,
    descriptor: &Descriptor,
    listener: Listener<'_>,
) -> Result<(), Error> {
    retry::persist(&session.options, listener, || attempt(session, blobs, descriptor, listener)).await
}

/// A failed upload leaves nothing; the next attempt begins another, unless the registry has the blob after all.
async fn attempt(
    session: &Session,
    blobs: &Blobs,
    descriptor: &Descriptor,
    listener: Listener<'_>,
) -> Result<(), Error> {
    let Descriptor { digest, size, .. } = *descriptor;
    let what = format!("to say whether it has blob {digest}");
    let there = session.send(Method::HEAD, session.url(&format!("blobs/{digest}")), &what, |request| request).await?;
    if there.status().is_success() {
        listener(Progress::Present { blob: digest, size });
        return Ok(());
    }
    if blobs.size(&digest) != Some(size) {
        let missing = io::Error::new(io::ErrorKind::NotFound, format!("blob {digest} of {size} bytes is not there"));
        return session.store(|| Err(missing)).await;
    }
    let what = format!("to take blob {digest}");
    let begin = |request: reqwest::RequestBuilder| request.header(CONTENT_LENGTH, 0);
    let begun = session.send(Method::POST, session.url("blobs/uploads/"), &what, begin).await?;
    if begun.status() != StatusCode::ACCEPTED {
        return Err(session.refused(begun, &what).await);
    }
    let mut url = session.location(&begun)?;
    url.query_pairs_mut().append_pair("digest", &digest.to_string());
    let path = blobs.path(&digest);
    // One channel for every request made of the same blob: the request may be made twice, to show who we are.
    let (sent, mut moved) = mpsc::unbounded_channel();
    let complete = |request: reqwest::RequestBuilder| {
        let body = Body::wrap_stream(read(path.clone(), sent.clone()));
        request.header(CONTENT_LENGTH, size).header(CONTENT_TYPE, "application/octet-stream").body(body)
    };
    let done = session.send(Method::PUT, url, &what, complete);
    tokio::pin!(done);
    let done = loop {
        tokio::select! {
            Some(bytes) = moved.recv() => listener(Progress::Moved { blob: digest, bytes, size }),
            done = &mut done => break done?,
        }
    };
    if done.status() != StatusCode::CREATED {
        return Err(session.refused(done, &what).await);
    }
    listener(Progress::Moved { blob: digest, bytes: size, size });
    Ok(())
}

/// A file's bytes, and how many have been read so far.
fn read(path: PathBuf, moved: mpsc::UnboundedSender<u64>) -> impl Stream<Item = io::Result<Vec<u8>>> + Send {
    stream::try_unfold((None, 0), move |(file, place)| {
        let (path, moved) = (path.clone(), moved.clone());
        async move {
            let piece = tokio::task::spawn_blocking(move || next(file, &path)).await??;
            let Some((file, piece)) = piece else { return Ok(None) };
            let place = place + piece.len() as u64;
            // Nobody listens any more once the request is over.
            let _ = moved.send(place);
            Ok(Some((piece, (Some(file), place))))
        }
    })
}

/// The next piece of a file, which is opened first; nothing at its end.
fn next(file: Option<File>, path: &std::path::Path) -> io::Result<Option<(File, Vec<u8>)>> {
    let mut file = file.map_or_else(|| File::open(path), Ok)?;
    let mut piece = vec![0; PIECE];
    let read = file.read(&mut piece)?;
    piece.truncate(read);
    Ok((read > 0).then_some((file, piece)))
}
