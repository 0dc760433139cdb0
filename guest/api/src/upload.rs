//! The body of a request.

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use maasm_protocol::{Kind, Problem, form};

/// The most bytes that a body may have.
const MAX_BODY: usize = 32 << 20;

/// All of a body.
///
/// # Errors
/// If it is too large or breaks off.
pub async fn receive<B>(parts: &Parts, mut body: B) -> Result<Bytes, Problem>
where
    B: http_body_util::BodyExt<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let announced = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Problem::new(Kind::BadRequest, format!("the body breaks off: {error}")))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > MAX_BODY {
            return Err(too_large());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// The file that a body is or, if it is a form, holds.
///
/// # Errors
/// If it is a form that is malformed or holds no file.
pub fn file(parts: &Parts, body: Bytes) -> Result<Bytes, Problem> {
    if form::is_form(&parts.headers) { form::file(&parts.headers, body) } else { Ok(body) }
}

fn too_large() -> Problem {
    Problem::new(Kind::UploadTooLarge, format!("the body has more than {MAX_BODY} bytes; send a smaller file"))
        .with("max_body", MAX_BODY)
}
