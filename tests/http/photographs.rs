//! A real network and a real photograph.

use crate::http::models::{data, lite0};
use crate::http::server::Server;

#[test]
fn a_tench_is_recognised_as_one() {
    let Some(data) = data() else { return };
    let server = Server::start(&[&lite0(&data)], &[]);
    let photograph = std::fs::read(data.join("imagenet/n01440764_tench.JPEG")).unwrap();
    let answer = server.post("?top_k=3", "application/json", &photograph).is_recognition();
    assert_eq!(answer["predictions"][0]["label"], "tench");
    assert!(answer["predictions"][0]["score"].as_f64().unwrap() > 0.5, "{answer}");
}
