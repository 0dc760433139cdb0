//! A photograph in a form, as browsers and `curl -F` send it.

use crate::http::models::small;
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server};
use std::sync::LazyLock;

static SERVER: LazyLock<Server> = LazyLock::new(|| Server::start(&[&small("animals", "1.0.0")], &[]));

/// Sends a form of these parts: a part's headers and its content.
fn send(parts: &[(&str, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (headers, content) in parts {
        body.extend(format!("--limit\r\nContent-Disposition: form-data; {headers}\r\n\r\n").bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--limit--\r\n");
    SERVER.post("", "multipart/form-data; boundary=limit", &body)
}

#[test]
fn the_first_file_is_recognised_whatever_its_field_is_called() {
    let answer = send(&[
        ("name=\"comment\"", b"my cat"),
        ("name=\"upload\"; filename=\"cat.jpg\"", &jpeg()),
        ("name=\"other\"; filename=\"text.txt\"", b"no picture"),
    ]);
    assert_eq!(answer.is_recognition()["media"]["type"], "image/jpeg");
}

#[test]
fn a_field_called_image_needs_no_file_name() {
    send(&[("name=\"comment\"", b"my cat"), ("name=\"image\"", &jpeg())]).is_recognition();
}

#[test]
fn a_form_without_a_file_is_refused() {
    send(&[("name=\"comment\"", b"my cat")]).is_problem(400, "bad-request", "holds no file");
    send(&[("name=\"image\"; filename=\"\"", b"")]).is_problem(400, "empty-upload", "");
}

#[test]
fn a_malformed_form_is_refused() {
    SERVER.post("", "multipart/form-data", &jpeg()).is_problem(400, "bad-request", "form is malformed");
    let answer = SERVER.post("", "multipart/form-data; boundary=limit", b"--limit\r\nContent-Disp");
    answer.is_problem(400, "bad-request", "form is malformed");
}
