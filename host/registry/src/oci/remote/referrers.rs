//! Which manifests are attached to a version: as the registry tells, or, from one that does not know, under a tag that is
//! made of the version's digest.

use super::super::index::Index;
use super::super::manifest::{Descriptor, MAX_SIZE};
use super::super::media_type;
use super::super::reference::Selector;
use super::error::Error;
use super::progress::Listener;
use super::session::Session;
use super::{manifests, retry};
use crate::digest::Digest;
use reqwest::Method;
use reqwest::StatusCode;
use reqwest::header::ACCEPT;

/// What is attached to the version of this manifest.
///
/// # Errors
/// If the registry does not tell.
pub async fn find(session: &Session, subject: &Digest) -> Result<Vec<Descriptor>, Error> {
    let what = format!("to tell what is attached to {subject}");
    let ask = |request: reqwest::RequestBuilder| request.header(ACCEPT, media_type::INDEX);
    let told = session.send(Method::GET, session.url(&format!("referrers/{subject}")), &what, ask).await;
    match told {
        Ok(response) if response.status() == StatusCode::OK => {
            let bytes = session.body(response, MAX_SIZE, "the list of what is attached").await?;
            Ok(parse(&bytes))
        }
        // It does not know the question.
        Ok(_) | Err(Error::Refused { .. }) => under_tag(session, subject).await,
        Err(error) => Err(error),
    }
}

/// Notes that something is attached, where the registry does not by itself. Who notes something at the same time may be
/// overwritten: registries offer nothing better.
///
/// # Errors
/// If the registry does not take it.
pub async fn note(
    session: &Session,
    subject: &Digest,
    attachment: Descriptor,
    listener: Listener<'_>,
) -> Result<(), Error> {
    let attempt = || async {
        let mut index = Index::new(under_tag(session, subject).await?);
        if index.manifests.iter().any(|known| known.digest == attachment.digest) {
            return Ok(());
        }
        index.manifests.push(attachment.clone());
        let bytes = session.store(move || Ok(serde_json::to_vec(&index)?)).await?;
        manifests::put(session, &tag(subject), media_type::INDEX, &bytes).await?;
        Ok(())
    };
    retry::persist(&session.options, listener, attempt).await
}

async fn under_tag(session: &Session, subject: &Digest) -> Result<Vec<Descriptor>, Error> {
    Ok(manifests::get(session, &tag(subject)).await?.map(|bytes| parse(&bytes)).unwrap_or_default())
}

fn tag(subject: &Digest) -> Selector {
    Selector::Tag(subject.to_string().replace(':', "-"))
}

/// What is listed; nothing if it is no list, as when the tag is used for something else.
fn parse(bytes: &[u8]) -> Vec<Descriptor> {
    serde_json::from_slice::<Index>(bytes).map(|index| index.manifests).unwrap_or_default()
}
