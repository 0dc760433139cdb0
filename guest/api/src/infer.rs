//! `POST /api/v1/infer`: a picture or tensors in, all outputs as tensors out.

use crate::answer::{self, Body};
use crate::asked::Asked;
use crate::{model, upload};
use bytes::Bytes;
use http::Response;
use http::request::Parts;
use maasm_protocol::inference::{Inputs, document};
use maasm_protocol::{Problem, query};

pub fn infer(parts: &Parts, body: Bytes) -> Result<Response<Body>, Problem> {
    let asked: Asked = query::parse(parts.uri.query().unwrap_or_default())?;
    let description = model::describe();
    asked.check(&description)?;
    let body = upload::file(parts, body)?;
    let outputs = match Inputs::read(&body)? {
        Inputs::Tensors(tensors) => model::infer(tensors)?,
        Inputs::Picture => model::infer_media(&body)?,
    };
    Ok(answer::document_of(document(&description, &outputs)))
}
