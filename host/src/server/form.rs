//! The file in a form (`multipart/form-data`, RFC 7578).

use super::{Kind, Problem};
use axum::body::Bytes;
use axum::extract::multipart::Multipart;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;

/// A file's bytes, for the description of the interface.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it describes what is read as it comes")]
pub struct File(Vec<u8>);

/// A form that holds a file, for the description of the interface.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes what `file` reads")]
pub struct FileForm {
    /// The file; a field of any name may hold it.
    file: File,
}

/// Whether the body says that it is a form.
pub fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

/// The first file in the form, whatever its field is called; where no field has a file name, the field `image` or
/// `file`.
///
/// # Errors
/// If the form is malformed or holds no file.
pub async fn file(request: Request) -> Result<Bytes, Problem> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| malformed(&error.body_text()))?;
    let mut named = None;
    while let Some(field) = form.next_field().await.map_err(|error| malformed(&error.body_text()))? {
        let is_file = field.file_name().is_some();
        let is_named = matches!(field.name(), Some("image" | "file"));
        if is_file {
            return field.bytes().await.map_err(|error| malformed(&error.body_text()));
        }
        if is_named && named.is_none() {
            named = Some(field.bytes().await.map_err(|error| malformed(&error.body_text()))?);
        }
    }
    named.ok_or_else(|| Problem::new(Kind::BadRequest, "the form holds no file; send one in the field `image`"))
}

/// A form that makes no sense; says why.
pub fn malformed(why: &str) -> Problem {
    Problem::new(Kind::BadRequest, format!("the form is malformed: {why}"))
}
