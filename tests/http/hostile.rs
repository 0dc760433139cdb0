//! Models that misbehave: each is stopped, told apart, and harms no other.

use crate::http::models::{failing, greedy, looping, small};
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server};
use std::sync::LazyLock;

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let components = [small("animals", "1.0.0"), looping(), greedy(), failing()];
    Server::start(&components.each_ref().map(Vec::as_slice), &["--deadline", "1s", "--max-concurrent", "4"])
});

/// Calls a bad model while a good one is called, and the good one after it.
fn call(model: &str) -> Answer {
    let good = || SERVER.recognize_with("?model=animals", &jpeg()).is_recognition();
    let answer = std::thread::scope(|scope| {
        let others = scope.spawn(|| (0..5).for_each(|_| drop(good())));
        let answer = SERVER.recognize_with(&format!("?model={model}"), &jpeg());
        others.join().unwrap();
        answer
    });
    good();
    answer
}

#[test]
fn a_model_that_loops_for_ever_is_stopped_at_the_deadline() {
    assert_eq!(call("looping").is_problem(504, "deadline-passed", "1000 ms")["deadline_ms"], 1000);
}

#[test]
fn a_model_that_asks_for_all_memory_is_refused_it() {
    assert_eq!(call("greedy").is_problem(507, "memory-exhausted", "memory")["maximum"], 512 << 20);
}

#[test]
fn a_model_that_fails_is_told_from_a_server_that_fails() {
    call("failing").is_problem(502, "model-failed", "");
}
