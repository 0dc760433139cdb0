//! All outputs as tensors: of a picture and of tensors, over HTTP and on the command line.

use crate::http::models::{small, two_inputs};
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server, maasm};
use serde_json::{Value, json};
use std::sync::LazyLock;

static SERVER: LazyLock<Server> =
    LazyLock::new(|| Server::start(&[&small("animals", "1.0.0"), &two_inputs("both", "1.0.0")], &[]));

fn infer(model: &str, body: &[u8]) -> Answer {
    let head = format!("Content-Length: {}\r\n", body.len());
    SERVER.send("POST", &format!("/api/v1/infer?model={model}"), &head, body)
}

fn both(a: &Value, b: &Value) -> Value {
    let tensor = |name: &str, data: &Value| json!({ "name": name, "shape": [1, 2], "datatype": "FP32", "data": data });
    json!({ "inputs": [tensor("b", b), tensor("a", a)] })
}

#[test]
fn a_picture_gives_all_outputs() {
    let answer = infer("animals", &jpeg());
    assert_eq!(answer.status, 200, "{answer:?}");
    let document = answer.json();
    assert_eq!((&document["model"], &document["version"]), (&json!("animals"), &json!("1.0.0")));
    let [scores] = &document["outputs"].as_array().unwrap()[..] else { panic!("there is one output: {document}") };
    assert_eq!((&scores["name"], &scores["datatype"]), (&json!("scores"), &json!("FP32")));
    assert_eq!(scores["shape"], json!([1, 5]));
    assert_eq!(scores["data"].as_array().unwrap().len(), 5);
}

#[test]
fn tensors_of_several_inputs_give_several_outputs() {
    let document = infer("both", both(&json!([[1, 2.5]]), &json!([10, 20])).to_string().as_bytes()).json();
    let outputs: Vec<_> = document["outputs"].as_array().unwrap().iter().map(|o| (&o["name"], &o["data"])).collect();
    assert_eq!(outputs, [(&json!("sum"), &json!([11.0, 22.5])), (&json!("product"), &json!([10.0, 50.0]))]);
}

#[test]
fn wrong_tensors_are_told_with_what_would_be_right() {
    let mut wrong = both(&json!([1, 2]), &json!([1, 2]));
    wrong["inputs"][0]["name"] = json!("c");
    infer("both", wrong.to_string().as_bytes()).is_problem(400, "bad-tensor", "the inputs are a, b");
    let short = both(&json!([1]), &json!([1, 2])).to_string();
    infer("both", short.as_bytes()).is_problem(400, "bad-tensor", "tensor a: its shape [1, 2] has 2 elements");
    infer("both", b"{\"inputs\": ").is_problem(400, "bad-tensor", "datatype");
    infer("both", &jpeg()).is_problem(422, "unsupported-operation", "no recipe");
    infer("animals", b"hello").is_problem(415, "unsupported-media", "JPEG");
    infer("nobody", &jpeg()).is_problem(404, "no-such-model", "animals");
}

#[test]
fn the_command_line_reads_and_writes_numpys_files() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("both.wasm"), two_inputs("both", "1.0.0")).unwrap();
    for (name, values) in [("a", [1.0f32, 2.5]), ("b", [10.0, 20.0])] {
        // NumPy's format, version 1: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n";
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.bytes().chain(values.iter().flat_map(|value| value.to_le_bytes())));
        std::fs::write(at(name), bytes).unwrap();
    }
    let input = |name: &str| format!("{name}={}", at(name).display());
    let mut command = maasm();
    command.arg("infer").arg(at("both.wasm")).args(["--input", &input("a"), "--input", &input("b")]);
    let output = command.arg("-o").arg(at("out.npz")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(text, "sum: f32 [1, 2]: 11 22.5\nproduct: f32 [1, 2]: 10 50\n", "{output:?}");
    let mut archive = zip::ZipArchive::new(std::fs::File::open(at("out.npz")).unwrap()).unwrap();
    let product = npyz::NpyFile::new(archive.by_name("product.npy").unwrap()).unwrap();
    assert_eq!(product.shape(), [1, 2]);
    assert_eq!(product.into_vec::<f32>().unwrap(), [10.0, 50.0]);
}
