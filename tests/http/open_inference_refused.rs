//! The Open Inference Protocol: requests that are wrong. Each is refused for its reason, in the words of both standards,
//! and the server goes on.

use crate::http::models::{small, two_inputs};
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server};
use serde_json::{Value, json};
use std::sync::LazyLock;

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let arguments = ["--max-body", "100000"];
    Server::start(&[&small("animals", "1.0.0"), &two_inputs("both", "1.0.0")], &arguments)
});

fn post(model: &str, headers: &str, body: &[u8]) -> Answer {
    let head = format!("Content-Length: {}\r\n{headers}", body.len());
    SERVER.send("POST", &format!("/v2/models/{model}/infer"), &head, body)
}

/// Checks that this is a problem, that it has the member `error`, and that the server still answers.
#[track_caller]
fn is_refused(answer: &Answer, status: u16, kind: &str, says: &str) {
    let document = answer.is_problem(status, kind, says);
    assert_eq!(document["error"], document["detail"]);
    assert_eq!(post("both", "", right().to_string().as_bytes()).status, 200);
}

/// A request that is right.
fn right() -> Value {
    let tensor = |name: &str| json!({ "name": name, "shape": [1, 2], "datatype": "FP32", "data": [1, 2] });
    json!({ "inputs": [tensor("a"), tensor("b")] })
}

/// A request whose first input differs in this.
fn wrong(key: &str, value: Value) -> Vec<u8> {
    let mut request = right();
    request["inputs"][0][key] = value;
    request.to_string().into_bytes()
}

#[test]
fn what_does_not_exist_is_told_with_what_there_is() {
    let body = right().to_string();
    is_refused(&post("nobody", "", body.as_bytes()), 404, "no-such-model", "animals, both");
    is_refused(&post("both/versions/2.0.0", "", body.as_bytes()), 404, "no-such-model", "there is 1.0.0");
    is_refused(&post("both/versions/new", "", body.as_bytes()), 404, "no-such-model", "there is 1.0.0");
    for path in ["/v2/models/nobody", "/v2/models/nobody/ready", "/v2/models/both/versions/2.0.0/ready"] {
        is_refused(&SERVER.get(path), 404, "no-such-model", "there is");
    }
    is_refused(&SERVER.get("/v2/models/both/config"), 404, "no-such-route", "/v2/models/both/config");
    is_refused(&SERVER.get("/v2/models/both/infer"), 405, "wrong-method", "does not take GET");
}

#[test]
fn errors_elsewhere_keep_to_one_standard() {
    assert!(SERVER.get("/api/v1/models/nobody").json().get("error").is_none());
}

#[test]
fn tensors_that_are_wrong_are_told_by_name() {
    for (key, value, says) in [
        ("data", json!([1]), "input a: its shape [1, 2] has 2 elements, its data 1"),
        ("data", json!([1, 2, 3]), "input a: its data have more elements"),
        ("data", json!([1, null]), "input a: null is no FP32"),
        ("data", json!([1, "NaN"]), "input a: \"NaN\" is no FP32"),
        ("data", json!([1, 1e39]), "is no FP32"),
        ("data", Value::Null, "input a: it has neither data nor"),
        ("shape", json!([1, -2]), "input a: its shape is no list of whole numbers"),
        ("shape", json!([1, 2.0]), "input a: its shape is no list of whole numbers"),
        ("shape", json!(["1", 2]), "input a: its shape is no list of whole numbers"),
        ("shape", json!([u32::MAX, u32::MAX, u32::MAX]), "input a: its shape has more elements than can be counted"),
        ("shape", json!([2, 1]), "shape [2, 1]"),
        ("datatype", json!("FP64"), "a: must be"),
        ("datatype", json!("FP16"), "input a: FP16 goes as binary data only"),
        ("datatype", json!("BYTES"), "input a is BYTES, a picture, which must be the only input"),
        ("datatype", json!("f32"), "input a: datatype \"f32\" is none of FP32"),
        ("name", json!("b"), "more than once"),
        ("name", json!("c"), "the inputs are a, b"),
        ("name", json!(1), "write {\"inputs\""),
        ("parameters", json!("none"), "input a: its parameters are wrong"),
        ("parameters", json!({ "binary_data_size": 8 }), "input a: it has both data and"),
    ] {
        is_refused(&post("both", "", &wrong(key, value)), 400, "bad-tensor", says);
    }
    is_refused(&post("both", "", br#"{"inputs": []}"#), 400, "bad-tensor", "a: is missing");
    is_refused(&post("both", "", b""), 400, "bad-tensor", "write {\"inputs\"");
    let nan = right().to_string().replace("[1,2],\"datatype", "[NaN,2],\"datatype");
    is_refused(&post("both", "", nan.as_bytes()), 400, "bad-tensor", "expected value");
}

#[test]
fn outputs_that_do_not_exist_are_told_with_those_that_do() {
    let mut request = right();
    request["outputs"] = json!([{ "name": "sum" }, { "name": "difference" }]);
    let answer = post("both", "", request.to_string().as_bytes());
    is_refused(&answer, 400, "bad-tensor", "output difference: is no output; the outputs are sum, product");
}

#[test]
fn lengths_that_do_not_add_up_are_refused() {
    let json =
        br#"{"inputs": [{"name": "a", "shape": [1, 2], "datatype": "FP32", "parameters": {"binary_data_size": 8}}]}"#;
    let header = |length: &str| format!("Inference-Header-Content-Length: {length}\r\n");
    let right = header(&json.len().to_string());
    let with = |bytes: usize| [&json[..], &vec![0; bytes]].concat();
    is_refused(&post("both", &right, &with(8)), 400, "bad-tensor", "b: is missing");
    is_refused(
        &post("both", &right, &with(7)),
        400,
        "bad-tensor",
        "input a: binary_data_size is 8, and 7 bytes are left",
    );
    is_refused(&post("both", &right, &with(9)), 400, "bad-tensor", "1 bytes follow the last input's");
    is_refused(&post("both", "", &with(8)), 400, "bad-tensor", "Inference-Header-Content-Length");
    is_refused(&post("both", &header("9"), &with(8)), 400, "bad-tensor", "write {\"inputs\"");
    for beyond in ["1000", "18446744073709551615"] {
        is_refused(&post("both", &header(beyond), &with(8)), 400, "bad-request", &format!("is {beyond}, and the body"));
    }
    for nonsense in ["-1", "many", "18446744073709551616"] {
        is_refused(&post("both", &header(nonsense), &with(8)), 400, "bad-request", &format!("is {nonsense:?}; give"));
    }
}

#[test]
fn bytes_that_are_no_picture_are_refused_as_elsewhere() {
    let bytes = |data: &str| {
        json!({ "inputs": [{ "name": "x", "shape": [1], "datatype": "BYTES", "data": [data] }] })
            .to_string()
            .into_bytes()
    };
    is_refused(&post("animals", "", &bytes("aGVsbG8=")), 415, "unsupported-media", "JPEG");
    is_refused(&post("animals", "", &bytes("")), 400, "empty-upload", "");
    is_refused(
        &post("animals", "", &bytes("a cat")),
        400,
        "bad-tensor",
        "input x: its data are not one text in Base64",
    );
    is_refused(&post("both", "", &bytes("aGVsbG8=")), 422, "unsupported-operation", "no recipe");
}

#[test]
fn a_body_that_is_too_large_or_compressed_is_refused() {
    is_refused(&post("both", "", &vec![b' '; 100_001]), 413, "upload-too-large", "100000 bytes");
    is_refused(&post("both", "Content-Encoding: gzip\r\n", &jpeg()), 415, "unsupported-media", "send it uncompressed");
}
