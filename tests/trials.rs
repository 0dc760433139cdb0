//! The trials that end soon; `cargo xtask chaos` and `cargo xtask load` run the long ones.

use maasm_trials::{chaos, load};
use std::path::PathBuf;
use std::time::Duration;

fn maasm() -> PathBuf {
    env!("CARGO_BIN_EXE_maasm").into()
}

#[test]
fn a_server_that_is_killed_at_random_moments_loses_nothing_that_it_acknowledged() {
    let settings = chaos::Settings { maasm: maasm(), kills: 15, seed: 2026, clients: 4 };
    println!("{}", chaos::run(&settings).unwrap_or_else(|error| panic!("{error:#}")));
}

#[test]
fn while_versions_take_turns_no_request_fails_or_is_answered_by_one_that_is_not_live() {
    let (duration, turn) = (Duration::from_secs(3), Duration::from_millis(50));
    let settings = load::Settings { maasm: maasm(), duration, turn, checkers: 4, wrk: None };
    let summary = load::run(&settings).unwrap_or_else(|error| panic!("{error:#}"));
    println!("{summary}");
    assert!(summary.turns > 10 && summary.checked > 100 && summary.between > 0, "too little was tried: {summary:?}");
}
