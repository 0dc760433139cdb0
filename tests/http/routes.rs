//! What there is, and what there is not.

use crate::http::models::small;
use crate::http::pictures::{jpeg, picture};
use crate::http::server::Server;
use image::ImageFormat;
use std::sync::LazyLock;

/// Two models, one of them in two versions.
static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let components = [small("animals", "1.2.0"), small("animals", "1.10.0"), small("beasts", "0.1.0")];
    Server::start(&components.each_ref().map(Vec::as_slice), &[])
});

#[test]
fn the_server_tells_that_it_answers_and_how_to_use_it() {
    assert_eq!(SERVER.get("/healthz").json()["status"], "ok");
    let usage = SERVER.get("/");
    assert_eq!(usage.status, 200);
    assert!(usage.body.contains("curl --data-binary"), "{}", usage.body);
}

#[test]
fn the_models_are_listed_with_what_they_take_and_give() {
    let models = SERVER.get("/api/v1/models").json();
    let named: Vec<_> = models["models"].as_array().unwrap().iter().map(|m| (&m["name"], &m["version"])).collect();
    assert_eq!(format!("{named:?}").matches("animals").count(), 2);
    let model = &models["models"][0];
    assert_eq!(model["labels"], 5);
    assert_eq!(model["inputs"][0]["shape"], serde_json::json!([1, 3, 8, 8]));
    assert_eq!(model["inputs"][0]["type"], "f32");
    assert!(model["accepts"].to_string().contains("image/jpeg"));
    assert!(model["digest"].as_str().unwrap().starts_with("blake3:"), "{model}");
}

#[test]
fn one_model_is_shown_with_its_versions_oldest_first() {
    let model = SERVER.get("/api/v1/models/animals").json();
    assert_eq!(model["versions"][0]["version"], "1.2.0");
    assert_eq!(model["versions"][1]["version"], "1.10.0");
    SERVER.get("/api/v1/models/plants").is_problem(404, "no-such-model", "there is animals, beasts");
}

#[test]
fn the_newest_version_answers_unless_another_is_named() {
    let version = |query| SERVER.recognize_with(query, &jpeg()).is_recognition()["version"].clone();
    assert_eq!(version("?model=animals"), "1.10.0");
    assert_eq!(version("?model=animals&version=1.2.0"), "1.2.0");
}

#[test]
fn an_answer_tells_predictions_picture_and_times() {
    let answer = SERVER.recognize_with("?model=animals&top_k=2", &jpeg()).is_recognition();
    let predictions = answer["predictions"].as_array().unwrap();
    assert_eq!(predictions.len(), 2);
    assert!(predictions[0]["score"].as_f64() >= predictions[1]["score"].as_f64());
    assert!(predictions[0]["label"].is_string() && predictions[0]["index"].is_u64());
    assert_eq!(answer["media"], serde_json::json!({"type": "image/jpeg", "width": 64, "height": 48}));
    let times = &answer["timings_ms"];
    let parts = ["instance", "decode", "preprocess", "inference"].map(|part| times[part].as_f64().unwrap());
    assert!(parts.iter().sum::<f64>() <= times["total"].as_f64().unwrap() + 0.01, "{times}");
}

#[test]
fn the_bytes_count_and_not_what_they_are_called() {
    for content_type in ["application/json", "text/plain", "image/jpeg", "application/x-www-form-urlencoded"] {
        let answer = SERVER.post("?model=animals", content_type, &picture(9, 9, ImageFormat::Png)).is_recognition();
        assert_eq!(answer["media"]["type"], "image/png", "sent as {content_type}");
    }
    let body = jpeg();
    let length = format!("Content-Length: {}\r\n", body.len());
    SERVER.send("POST", "/api/v1/recognize?model=animals", &length, &body).is_recognition();
}

#[test]
fn a_wrong_number_of_classes_is_refused_and_a_high_one_gives_all() {
    for wrong in ["0", "-1", "abc"] {
        let answer = SERVER.recognize_with(&format!("?model=animals&top_k={wrong}"), &jpeg());
        answer.is_problem(400, "bad-parameter", wrong);
    }
    let all = SERVER.recognize_with("?model=animals&top_k=1000000000", &jpeg()).is_recognition();
    assert_eq!(all["predictions"].as_array().unwrap().len(), 5);
}

#[test]
fn an_unknown_parameter_is_refused_by_name() {
    SERVER.recognize_with("?model=animals&topk=3", &jpeg()).is_problem(400, "bad-parameter", "topk");
}

#[test]
fn unknown_models_and_versions_are_told_with_what_there_is() {
    let problem =
        SERVER.recognize_with("?model=plants", &jpeg()).is_problem(404, "no-such-model", "there is animals, beasts");
    assert_eq!(problem["available"], serde_json::json!(["animals", "beasts"]));
    let answer = SERVER.recognize_with("?model=animals&version=9.9.9", &jpeg());
    answer.is_problem(404, "no-such-model", "there is 1.2.0, 1.10.0");
    SERVER.recognize(&jpeg()).is_problem(400, "bad-parameter", "say which model");
}

#[test]
fn a_wrong_method_is_told_with_the_right_one() {
    let answer = SERVER.get("/api/v1/recognize");
    answer.is_problem(405, "wrong-method", "does not take GET");
    assert_eq!(answer.header("allow"), Some("POST"));
}

#[test]
fn an_unknown_address_is_told() {
    SERVER.get("/api/v2/recognise").is_problem(404, "no-such-route", "/api/v2/recognise");
    // Not UTF-8 once it is decoded: refused by the framework, told as everything else is.
    let answer = SERVER.get("/api/v1/models/%ff");
    assert_eq!((answer.status, answer.header("content-type")), (400, Some("application/problem+json")));
}

#[test]
fn a_request_keeps_the_id_that_its_client_gave_it_if_that_is_harmless() {
    let answer = SERVER.send("GET", "/nowhere", "X-Request-Id: order-66\r\n", &[]);
    assert_eq!(answer.is_problem(404, "no-such-route", "")["instance"], "order-66");
    let answer = SERVER.send("GET", "/nowhere", "X-Request-Id: a \"b\"\r\n", &[]);
    let id = answer.is_problem(404, "no-such-route", "")["instance"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 36, "it should be a UUID: {id}");
}
