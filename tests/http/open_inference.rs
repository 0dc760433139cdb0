//! The Open Inference Protocol, version 2, and Triton's binary tensors: what goes in and out, byte by byte. What is
//! expected is from
//! <https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md> and
//! <https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md>.

use crate::http::models::{small, two_half_inputs, two_inputs};
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server};
use serde_json::{Value, json};
use std::sync::LazyLock;

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let components = [
        small("animals", "1.2.0"),
        small("animals", "1.10.0"),
        two_inputs("both", "1.0.0"),
        two_half_inputs("halves", "1.0.0"),
    ];
    Server::start(&components.each_ref().map(Vec::as_slice), &[])
});

/// Sends a request whose JSON is followed by these bytes.
fn infer(path: &str, json: &Value, binary: &[u8]) -> Answer {
    let json = json.to_string();
    let lengths = [("Content", json.len() + binary.len()), ("Inference-Header-Content", json.len())];
    let head: String = lengths.map(|(what, length)| format!("{what}-Length: {length}\r\n")).concat();
    SERVER.send("POST", &format!("/v2/models/{path}/infer"), &head, &[json.as_bytes(), binary].concat())
}

/// The JSON of an answer and the bytes that follow it.
#[track_caller]
fn parts(answer: &Answer) -> (Value, &[u8]) {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/octet-stream")), "{answer:?}");
    assert_eq!(answer.header("content-length"), Some(answer.bytes.len().to_string().as_str()));
    let header_length = answer.header("inference-header-content-length").unwrap().parse().unwrap();
    let (json, binary) = answer.bytes.split_at(header_length);
    (serde_json::from_slice(json).unwrap(), binary)
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn flat(name: &str, data: &Value) -> Value {
    json!({ "name": name, "shape": [1, 2], "datatype": "FP32", "data": data })
}

fn binary(name: &str, datatype: &str, size: usize) -> Value {
    json!({ "name": name, "shape": [1, 2], "datatype": datatype, "parameters": { "binary_data_size": size } })
}

#[test]
fn the_server_tells_what_it_is_and_that_it_is_ready() {
    for path in ["/v2", "/v2/"] {
        let server = SERVER.get(path).json();
        assert_eq!((&server["name"], &server["extensions"]), (&json!("maasm"), &json!(["binary_tensor_data"])));
        assert!(server["version"].is_string());
    }
    assert_eq!(SERVER.get("/v2/health/live").json(), json!({ "live": true }));
    assert_eq!(SERVER.get("/v2/health/ready").json(), json!({ "ready": true }));
}

#[test]
fn a_model_tells_what_it_takes_and_gives() {
    let expected = json!({
        "name": "animals",
        "versions": ["1.2.0", "1.10.0"],
        "platform": "maasm_wasm",
        "inputs": [{ "name": "image", "datatype": "FP32", "shape": [1, 3, 8, 8] }],
        "outputs": [{ "name": "scores", "datatype": "FP32", "shape": [1, 5] }],
    });
    for path in ["/v2/models/animals", "/v2/models/animals/versions/1.2.0"] {
        assert_eq!(SERVER.get(path).json(), expected);
        assert_eq!(SERVER.get(&format!("{path}/ready")).json(), json!({ "name": "animals", "ready": true }));
    }
}

#[test]
fn the_index_lists_every_version() {
    let index = SERVER.send("POST", "/v2/repository/index", "Content-Length: 2\r\n", b"{}").json();
    let named: Vec<_> = index.as_array().unwrap().iter().map(|entry| (&entry["name"], &entry["version"])).collect();
    assert_eq!(named[..2], [(&json!("animals"), &json!("1.2.0")), (&json!("animals"), &json!("1.10.0"))]);
    assert_eq!((named.len(), &index[0]["state"]), (4, &json!("READY")));
}

#[test]
fn tensors_as_json_give_tensors_as_json() {
    let inputs = json!([flat("b", &json!([10, 20])), flat("a", &json!([[1, 2.5]]))]);
    let answer = infer("both", &json!({ "id": "order 66", "inputs": inputs }), b"");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{answer:?}");
    assert_eq!(answer.header("inference-header-content-length"), None);
    let expected = json!({
        "model_name": "both",
        "model_version": "1.0.0",
        "id": "order 66",
        "outputs": [flat("sum", &json!([11.0, 22.5])), flat("product", &json!([10.0, 50.0]))],
    });
    assert_eq!(answer.json(), expected);
}

#[test]
fn the_version_in_the_address_answers() {
    let image = json!({ "name": "image", "shape": [1, 3, 8, 8], "datatype": "FP32", "data": vec![0.5; 192] });
    let answer = |path| infer(path, &json!({ "inputs": [image] }), b"").json();
    assert_eq!(answer("animals/versions/1.2.0")["model_version"], "1.2.0");
    let newest = answer("animals");
    assert_eq!(newest["model_version"], "1.10.0");
    assert!(newest.get("id").is_none(), "none was given: {newest}");
}

#[test]
fn binary_tensors_follow_the_json_in_both_directions() {
    let request = json!({
        "inputs": [binary("b", "FP32", 8), flat("a", &json!([1, 2.5]))],
        "outputs": [{ "name": "product", "parameters": { "binary_data": true } }, { "name": "sum" }],
    });
    let answer = infer("both", &request, &floats(&[10.0, 20.0]));
    let (json, data) = parts(&answer);
    assert_eq!(json["outputs"], json!([binary("product", "FP32", 8), flat("sum", &json!([11.0, 22.5]))]));
    assert_eq!(data, floats(&[10.0, 50.0]));
}

#[test]
fn all_outputs_are_binary_if_the_request_says_so() {
    let inputs = json!([binary("a", "FP32", 8), binary("b", "FP32", 8)]);
    let request = json!({ "parameters": { "binary_data_output": true, "priority": 2 }, "inputs": inputs });
    let answer = infer("both", &request, &floats(&[1.0, f32::INFINITY, 10.0, -0.0]));
    let (json, data) = parts(&answer);
    assert_eq!(json["outputs"], json!([binary("sum", "FP32", 8), binary("product", "FP32", 8)]));
    let values: Vec<f32> = data.as_chunks::<4>().0.iter().map(|&four| f32::from_le_bytes(four)).collect();
    assert_eq!(values[..3], [11.0, f32::INFINITY, 10.0]);
    assert!(values[3].is_nan(), "it is ∞ · −0: {values:?}");
}

#[test]
fn numbers_of_16_bits_go_as_binary_data() {
    // 1, −2 and 0.5, 4 as IEEE 754 writes them in 16 bits.
    let data = b"\x00\x3c\x00\xc0\x00\x38\x00\x44";
    let inputs = json!([binary("a", "FP16", 4), binary("b", "FP16", 4)]);
    let answer = infer("halves", &json!({ "parameters": { "binary_data_output": true }, "inputs": inputs }), data);
    let (json, data) = parts(&answer);
    assert_eq!(json["outputs"], json!([binary("sum", "FP16", 4), binary("product", "FP16", 4)]));
    // 1.5, 2 and 0.5, −8.
    assert_eq!(data, b"\x00\x3e\x00\x40\x00\x38\x00\xc8");
    let as_json = infer("halves", &json!({ "inputs": inputs }), data);
    as_json.is_problem(400, "bad-tensor", "output sum: FP16 goes as binary data only");
}

#[test]
fn a_picture_is_one_element_of_bytes() {
    let length = format!("Content-Length: {}\r\n", jpeg().len());
    let expected = SERVER.send("POST", "/api/v1/infer?model=animals", &length, &jpeg()).json();
    let picture = [&(jpeg().len() as u32).to_le_bytes()[..], &jpeg()].concat();
    let image = |more: (&str, Value)| {
        let (key, value) = more;
        json!({ "inputs": [{ "name": "photograph", "shape": [1], "datatype": "BYTES", key: value }] })
    };
    let size = image(("parameters", json!({ "binary_data_size": picture.len() })));
    assert_eq!(infer("animals", &size, &picture).json()["outputs"], expected["outputs"]);
    let base64 = base64(&jpeg());
    assert_eq!(infer("animals", &image(("data", json!([base64]))), b"").json()["outputs"], expected["outputs"]);
}

/// As RFC 4648 describes it.
fn base64(bytes: &[u8]) -> String {
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let three = |bytes: &[u8]| {
        let bits = (0..3).fold(0, |bits, index| bits << 8 | usize::from(*bytes.get(index).unwrap_or(&0)));
        let sign = |index: usize| match index <= bytes.len() {
            true => alphabet[bits >> (18 - 6 * index) & 63],
            false => '=',
        };
        (0..4).map(sign).collect::<String>()
    };
    bytes.chunks(3).map(three).collect()
}
