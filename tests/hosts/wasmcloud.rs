//! Two hosts of wasmCloud that NATS joins serve the composed component. One is killed, and requests go on.

use crate::hosts::front::composed;
use crate::hosts::own::Sample;
use maasm_package::Simd;
use maasm_tests::docker::Docker;
use maasm_tests::{python, skip};
use maasm_trials::hosts::wash;
use maasm_trials::lattice::{Settings, run};

#[test]
fn when_one_of_two_hosts_is_killed_requests_go_on() {
    let (Some(registry), Some(wash), Some(python)) = (Docker::start(), wash(), python::interpreter()) else { return };
    let Some(nats) = std::env::var_os("MAASM_NATS_SERVER") else {
        return skip::for_want_of("nats-server (MAASM_NATS_SERVER names it)");
    };
    let sample = Sample::new(Simd::Relaxed);
    let settings = Settings {
        wash,
        nats_server: nats.into(),
        python,
        service: composed(&sample),
        picture: std::fs::read(&sample.picture).unwrap(),
        folder: sample.folder.path().into(),
        hosts: 2,
        requests: 20,
    };
    let summary = run(&settings, &registry).unwrap_or_else(|error| panic!("{error:#}"));
    println!("{summary:?}");
    assert_eq!((summary.before, summary.after), (20, 20));
    assert!(summary.sent_again > 0, "no request went to the host that is gone");
}
