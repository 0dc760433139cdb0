//! The Open Inference Protocol as a client that others wrote speaks it: NVIDIA's `tritonclient`.

use crate::http::models::{data, lite0, small, two_inputs};
use crate::http::pictures::jpeg;
use crate::http::server::Server;
use maasm_tests::python;
use std::path::Path;
use std::process::Command;

/// Lets the client speak to the server about these models.
fn speak(server: &Server, models: &[&str]) {
    let Some(interpreter) = python::interpreter() else { return };
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("picture.jpg");
    std::fs::write(&picture, jpeg()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/http/open_inference_client.py");
    let mut command = Command::new(interpreter);
    // Nothing here is encrypted. Without a list of authorities the client would want certifi, which has one.
    command.env("SSL_CERT_FILE", &script);
    let output = command.arg(&script).arg(server.address.to_string()).arg(picture).args(models).output().unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn tritonclient_gets_the_same_answers_as_everybody_else() {
    let components = [small("animals", "1.0.0"), two_inputs("both", "1.2.3")];
    let server = Server::start(&components.each_ref().map(Vec::as_slice), &[]);
    speak(&server, &["animals", "both"]);
}

#[test]
fn tritonclient_gets_the_same_answers_of_a_real_network() {
    let Some(data) = data() else { return };
    speak(&Server::start(&[&lite0(&data)], &[]), &["lite0"]);
}
