//! Other people's hosts give the logits of ours. `cargo xtask hosts` does the same with a real model, and looks at the clock.

use crate::hosts::front::composed;
use crate::hosts::own::Sample;
use maasm_package::Simd;
use maasm_trials::hosts::{Settings, run};

#[test]
fn every_host_gives_the_logits_of_ours() {
    let sample = Sample::new(Simd::Plain);
    let settings = Settings {
        maasm: env!("CARGO_BIN_EXE_maasm").into(),
        model: "small".into(),
        component: sample.component.clone(),
        service: Some(composed(&sample)),
        picture: sample.picture.clone(),
        folder: sample.folder.path().into(),
    };
    let compared = run(&settings, 1, 1).unwrap_or_else(|error| panic!("{error:#}"));
    for host in &compared {
        println!("{}: {} answers", host.name, host.answers);
        assert!(host.same, "{} gives others", host.name);
    }
    assert_eq!(compared[0].answers, 2);
}
