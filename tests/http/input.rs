//! Bodies that are no photograph, too large or never end: each is refused for its reason, and the server goes on.

use crate::http::models::small;
use crate::http::pictures::{jpeg, picture, png_of_zeros};
use crate::http::server::{Answer, Server, read_answer};
use image::ImageFormat;
use std::io::Write;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

const MIB: usize = 1 << 20;

static SERVER: LazyLock<Server> =
    LazyLock::new(|| Server::start(&[&small("animals", "1.0.0")], &["--upload-timeout", "1s"]));

/// Sends a body while good requests go on, and one after it.
fn send(body: &[u8]) -> Answer {
    let answer = std::thread::scope(|scope| {
        let others = scope.spawn(|| SERVER.recognize(&jpeg()));
        let answer = SERVER.recognize(body);
        others.join().unwrap().is_recognition();
        answer
    });
    SERVER.recognize(&jpeg()).is_recognition();
    answer
}

#[test]
fn an_empty_body_is_refused() {
    send(b"").is_problem(400, "empty-upload", "");
    SERVER.send("POST", "/api/v1/recognize", "", &[]).is_problem(400, "empty-upload", "");
}

#[test]
fn text_is_refused_with_what_is_accepted() {
    send(b"a cat on a mat").is_problem(415, "unsupported-media", "JPEG");
    send(br#"{"image": "cat.jpg"}"#).is_problem(415, "unsupported-media", "JPEG");
}

#[test]
fn a_truncated_jpeg_is_refused() {
    let whole = jpeg();
    send(&whole[..whole.len() / 2]).is_problem(422, "malformed-media", "");
}

#[test]
fn a_picture_of_one_pixel_is_recognised() {
    send(&picture(1, 1, ImageFormat::Png)).is_recognition();
}

#[test]
fn a_picture_of_too_many_pixels_is_refused_by_its_header() {
    let problem = send(&png_of_zeros(20_000, 20_000, 20_000)).is_problem(413, "media-too-large", "20000");
    assert_eq!(problem["value"], 20_000);
    assert!(problem["maximum"].is_u64());
}

#[test]
fn a_picture_that_unfolds_to_more_than_it_announces_takes_neither_memory_nor_time() {
    let (before, start) = (SERVER.peak_memory(), Instant::now());
    let bomb = png_of_zeros(64, 64, 512 * MIB);
    assert!(bomb.len() < 4 * MIB, "it should be small: {}", bomb.len());
    let answer = send(&bomb);
    assert!([200, 422].contains(&answer.status), "{answer:?}");
    assert!(SERVER.peak_memory() < before + 200, "{} MiB, {before} before", SERVER.peak_memory());
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_body_of_200_megabytes_is_refused_and_takes_no_memory() {
    let before = SERVER.peak_memory();
    let stream = SERVER.begin("POST", "/api/v1/recognize", "Content-Length: 200000000\r\n");
    let mut sender = stream.try_clone().unwrap();
    let block = vec![0xff; MIB];
    // The server may stop listening before all is sent.
    let sent = (0..190).take_while(|_| sender.write_all(&block).is_ok()).count();
    let problem = read_answer(stream).is_problem(413, "upload-too-large", "33554432 bytes");
    assert_eq!(problem["max_body"], 33_554_432);
    assert!(sent > 0);
    assert!(SERVER.peak_memory() < before + 64, "{} MiB, {before} before", SERVER.peak_memory());
    SERVER.recognize(&jpeg()).is_recognition();
}

#[test]
fn a_client_that_sends_all_before_it_reads_is_told_that_it_was_too_much() {
    SERVER.recognize(&vec![0xff; 40 * MIB]).is_problem(413, "upload-too-large", "33554432 bytes");
}

#[test]
fn a_body_of_200_megabytes_that_does_not_announce_itself_is_refused_too() {
    let before = SERVER.peak_memory();
    let mut stream = SERVER.begin("POST", "/api/v1/recognize", "Transfer-Encoding: chunked\r\n");
    let chunk = [b"100000\r\n".to_vec(), vec![0xff; MIB], b"\r\n".to_vec()].concat();
    let _ = (0..190).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    let _ = stream.write_all(b"0\r\n\r\n");
    read_answer(stream).is_problem(413, "upload-too-large", "33554432 bytes");
    assert!(SERVER.peak_memory() < before + 150, "{} MiB, {before} before", SERVER.peak_memory());
    SERVER.recognize(&jpeg()).is_recognition();
}

#[test]
fn a_client_that_hangs_in_the_middle_of_its_upload_is_given_up_while_others_are_served() {
    let body = jpeg();
    let length = format!("Content-Length: {}\r\n", body.len());
    let mut hanging = SERVER.begin("POST", "/api/v1/recognize", &length);
    hanging.write_all(&body[..body.len() / 2]).unwrap();
    SERVER.recognize(&body).is_recognition();
    let problem = read_answer(hanging).is_problem(408, "upload-too-slow", "1 s");
    assert_eq!(problem["upload_timeout_ms"], 1000);
    SERVER.recognize(&body).is_recognition();
}

#[test]
fn a_client_that_goes_away_in_the_middle_of_its_upload_harms_nobody() {
    for _ in 0..50 {
        let mut leaving = SERVER.begin("POST", "/api/v1/recognize", "Content-Length: 1000\r\n");
        leaving.write_all(&[0xff; 500]).unwrap();
    }
    SERVER.recognize(&jpeg()).is_recognition();
}
