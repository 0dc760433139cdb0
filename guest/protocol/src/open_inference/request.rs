//! The JSON of a request and what is behind it. Fields and parameters that nobody here knows are passed over, as the
//! protocol wants it.

use super::input::{Input, Inputs};
use super::selection::Asked;
use super::{HEADER_LENGTH, MessageError};
use crate::{Kind, Problem};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use serde::Deserialize;
use std::borrow::Cow;

/// A request that has been taken apart; its tensors are still as they came.
pub struct Message<'a> {
    json: Json<'a>,
    /// What follows the JSON.
    binary: &'a [u8],
}

#[derive(Deserialize)]
struct Json<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    parameters: Option<Parameters>,
    #[serde(borrow)]
    inputs: Vec<Input<'a>>,
    #[serde(borrow)]
    outputs: Option<Vec<Asked<'a>>>,
}

#[derive(Deserialize)]
struct Parameters {
    binary_data_output: Option<bool>,
}

/// How many bytes of the body are JSON, where the request tells it.
///
/// # Errors
/// If it tells no number.
pub fn header_length(headers: &HeaderMap) -> Result<Option<usize>, MessageError> {
    let Some(value) = headers.get(HEADER_LENGTH) else { return Ok(None) };
    let length = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    length.map(Some).ok_or_else(|| MessageError::HeaderLength(String::from_utf8_lossy(value.as_bytes()).into()))
}

/// Checks that a body is not compressed. Triton's clients can do that; what they send then would be told to be no JSON,
/// which helps nobody.
///
/// # Errors
/// If it is.
pub fn require_plain(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            Err(Problem::new(Kind::UnsupportedMedia, format!("the body is in {encoding:?}; send it uncompressed")))
        }
        _ => Ok(()),
    }
}

impl<'a> Message<'a> {
    /// Takes a body apart, whose first `header_length` bytes are JSON.
    ///
    /// # Errors
    /// If it has fewer bytes, or the JSON is none or of another form.
    pub fn read(body: &'a [u8], header_length: Option<usize>) -> Result<Self, MessageError> {
        let announced = header_length.unwrap_or(body.len());
        let beyond = MessageError::HeaderBeyondBody { announced, length: body.len() };
        let (json, binary) = body.split_at_checked(announced).ok_or(beyond)?;
        let json = serde_json::from_slice(json).map_err(|error| MessageError::Form(error.to_string()))?;
        Ok(Self { json, binary })
    }

    /// What the client calls the request.
    pub fn id(&self) -> Option<&str> {
        self.json.id.as_deref()
    }

    /// The outputs that it asks for; none where it asks for all.
    pub fn asked(&self) -> &[Asked<'a>] {
        self.json.outputs.as_deref().unwrap_or_default()
    }

    /// Whether outputs go back as binary data, unless they are asked for otherwise.
    pub fn wants_binary(&self) -> bool {
        self.json.parameters.as_ref().and_then(|parameters| parameters.binary_data_output).unwrap_or(false)
    }

    /// The tensors or the picture that it gives.
    ///
    /// # Errors
    /// If one is wrong in itself, or the sizes of those that are binary do not add up.
    pub fn inputs(&self) -> Result<Inputs<'a>, MessageError> {
        Inputs::read(&self.json.inputs, self.binary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(json: &str) -> String {
        Message::read(json.as_bytes(), None).err().unwrap().to_string()
    }

    #[test]
    fn what_nobody_knows_is_passed_over() {
        let json = br#"{"model_name": "x", "id": "42", "parameters": {"priority": 1, "tags": [{}]},
            "inputs": [{"name": "a", "shape": [1], "datatype": "INT8", "data": [1], "origin": null,
                        "parameters": {"content_type": "np"}}],
            "outputs": [{"name": "b", "parameters": {"decoded": true}, "colour": "red"}]}"#;
        let message = Message::read(json, None).ok().unwrap();
        assert_eq!((message.id(), message.wants_binary(), message.asked().len()), (Some("42"), false, 1));
        assert!(matches!(message.inputs(), Ok(Inputs::Tensors(tensors)) if tensors[0].data == [1]));
    }

    #[test]
    fn what_may_be_left_out_may_be_null() {
        let json = br#"{"id": null, "parameters": null, "outputs": null, "inputs":
            [{"name": "a", "shape": [], "datatype": "INT8", "data": [1], "parameters": null}]}"#;
        let message = Message::read(json, None).ok().unwrap();
        assert_eq!((message.id(), message.asked().len()), (None, 0));
        assert!(message.inputs().is_ok());
    }

    #[test]
    fn another_form_is_told_with_the_right_one() {
        for wrong in ["", "{", "[]", "{}", r#"{"inputs": 1}"#, r#"{"inputs": [], "id": 1}"#, r#"{"inputs": []} x"#] {
            assert!(form(wrong).contains("write {\"inputs\""), "{wrong}: {}", form(wrong));
        }
        // NaN is no JSON.
        let data = r#"{"inputs": [{"name": "a", "shape": [1], "datatype": "FP32", "data": [NaN]}]}"#;
        assert!(form(data).starts_with("expected value at line 1"), "{}", form(data));
        assert!(form(r#"{"inputs": [], "parameters": {"binary_data_output": "yes"}}"#).contains("expected a boolean"));
    }

    #[test]
    fn nesting_without_end_is_no_danger() {
        let deep = "[".repeat(1 << 20);
        form(&format!(r#"{{"inputs": [{{"name": "a", "shape": [1], "datatype": "INT8", "data": {deep}"#));
        form(&format!(r#"{{"inputs": [], "unknown": {deep}"#));
    }

    #[test]
    fn a_header_beyond_the_body_is_refused() {
        let error = Message::read(b"{}", Some(3)).err().unwrap();
        assert_eq!(error, MessageError::HeaderBeyondBody { announced: 3, length: 2 });
    }

    #[test]
    fn a_header_that_is_no_number_is_refused() {
        let length =
            |value: &'static str| header_length(&[(HEADER_LENGTH, value.parse().unwrap())].into_iter().collect());
        assert_eq!(header_length(&HeaderMap::new()), Ok(None));
        assert_eq!(length("12"), Ok(Some(12)));
        for wrong in ["", "-1", "1.5", "many", "99999999999999999999"] {
            assert_eq!(length(wrong), Err(MessageError::HeaderLength(wrong.into())));
        }
    }
}
