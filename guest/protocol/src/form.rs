//! Files in forms (`multipart/form-data`, RFC 7578).

use crate::{Kind, Problem};
use bytes::Bytes;
use futures_util::{FutureExt, stream};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use multer::Multipart;
use std::convert::Infallible;

/// A field of a form.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// What it is called; may be empty.
    pub name: String,
    /// What the client calls the file in it, if it holds one.
    pub file_name: Option<String>,
    /// What is in it.
    pub bytes: Bytes,
}

/// Whether the body says that it is a form.
pub fn is_form(headers: &HeaderMap) -> bool {
    content_type(headers).trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// All fields of a form, in order.
///
/// # Errors
/// If it is malformed.
pub fn fields(headers: &HeaderMap, body: Bytes) -> Result<Vec<Field>, Problem> {
    let boundary = multer::parse_boundary(content_type(headers)).map_err(|error| malformed(&error.to_string()))?;
    let whole = stream::once(async { Ok::<_, Infallible>(body) });
    let mut form = Multipart::new(whole, boundary);
    let read = async {
        let mut fields = Vec::new();
        while let Some(field) = form.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            fields.push(Field { name, file_name, bytes: field.bytes().await? });
        }
        Ok(fields)
    };
    // All of the body is there: nothing is waited for.
    let read: Result<_, multer::Error> = read.now_or_never().ok_or_else(|| malformed("it breaks off"))?;
    read.map_err(|error| malformed(&error.to_string()))
}

/// The first file in a form, whatever its field is called; where no field has a file name, the field `image` or `file`.
///
/// # Errors
/// If the form is malformed or holds no file.
pub fn file(headers: &HeaderMap, body: Bytes) -> Result<Bytes, Problem> {
    let fields = fields(headers, body)?;
    let file = fields.iter().find(|field| field.file_name.is_some());
    let named = || fields.iter().find(|field| matches!(field.name.as_str(), "image" | "file"));
    let found = file.or_else(named).map(|field| field.bytes.clone());
    found.ok_or_else(|| Problem::new(Kind::BadRequest, "the form holds no file; send one in the field `image`"))
}

/// A form that makes no sense; says why.
pub fn malformed(why: &str) -> Problem {
    Problem::new(Kind::BadRequest, format!("the form is malformed: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers() -> HeaderMap {
        [(CONTENT_TYPE, "multipart/form-data; boundary=XX".parse().unwrap())].into_iter().collect()
    }

    fn part(disposition: &str, content: &str) -> String {
        format!("--XX\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n")
    }

    fn found(parts: &[String]) -> Result<Bytes, String> {
        let body = parts.concat() + "--XX--\r\n";
        file(&headers(), body.into()).map_err(|problem| problem.detail().to_owned())
    }

    #[test]
    fn a_file_goes_before_fields_that_are_called_as_one() {
        let (field, named) = (part(r#"name="image""#, "text"), part(r#"name="x"; filename="a.png""#, "picture"));
        assert_eq!(found(&[field.clone(), named]), Ok("picture".into()));
        assert_eq!(found(&[part(r#"name="other""#, "no"), field]), Ok("text".into()));
        assert!(found(&[part(r#"name="other""#, "no")]).unwrap_err().contains("holds no file"));
    }

    #[test]
    fn a_form_that_breaks_off_or_has_no_boundary_is_told() {
        let broken = part(r#"name="image""#, "text");
        let problem = file(&headers(), broken[..broken.len() - 4].to_owned().into()).unwrap_err();
        assert!(problem.detail().starts_with("the form is malformed: "), "{}", problem.detail());
        assert!(file(&HeaderMap::new(), Bytes::new()).is_err());
    }
}
