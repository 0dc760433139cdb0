//! `/v2`: the [Open Inference Protocol](https://github.com/kserve/open-inference-protocol), version 2.

use crate::answer::{self, Body};
use crate::{asked, model};
use bytes::Bytes;
use http::Response;
use http::request::Parts;
use http_body_util::Full;
use maasm_protocol::Problem;
use maasm_protocol::model::TensorInfo;
use maasm_protocol::open_inference::{Answer, Inputs, Message, Selection, header_length, metadata, require_plain};
use maasm_protocol::tensors::datatype;

/// `GET /v2/models/{name}[/versions/{version}]`.
pub fn show(name: &str, version: Option<&str>) -> Result<Response<Body>, Problem> {
    let description = model::describe();
    asked::check(&description, Some(name), version)?;
    let tensor = |info: &TensorInfo| metadata::tensor(&info.name, Some(datatype(info.element_type)), &info.shape);
    let tensors = |infos: &[TensorInfo]| infos.iter().map(tensor).collect();
    let (inputs, outputs) = (tensors(&description.inputs), tensors(&description.outputs));
    Ok(answer::json(&metadata::model(name, &[description.version], inputs, outputs)))
}

/// `GET /v2/models/{name}[/versions/{version}]/ready`.
pub fn ready(name: &str, version: Option<&str>) -> Result<Response<Body>, Problem> {
    asked::check(&model::describe(), Some(name), version)?;
    Ok(answer::json(&metadata::model_ready(name)))
}

/// `POST /v2/repository/index`.
pub fn index() -> Response<Body> {
    let description = model::describe();
    answer::json(&[metadata::entry(&description.name, &description.version, None)])
}

/// `POST /v2/models/{name}[/versions/{version}]/infer`.
pub fn infer(parts: &Parts, name: &str, version: Option<&str>, body: &Bytes) -> Result<Response<Body>, Problem> {
    require_plain(&parts.headers)?;
    let header_length = header_length(&parts.headers)?;
    let description = model::describe();
    asked::check(&description, Some(name), version)?;
    let message = Message::read(body, header_length)?;
    let selection = Selection::new(&message, &description.outputs)?;
    let outputs = match message.inputs()? {
        Inputs::Tensors(tensors) => model::infer(tensors)?,
        Inputs::Picture(bytes) => model::infer_media(&bytes)?,
    };
    Ok(Answer::new(&description, message.id(), selection.pick(outputs)?).response().map(Full::new))
}
