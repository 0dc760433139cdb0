//! A version is deployed only if its report is good enough.

use crate::commands::place::{Place, program};
use crate::commands::samples::{self, animals_that_answer};

/// `animals` 1.0.0, which is deployed, and 1.1.0, which answers worse, or better.
fn places(better: bool) -> [Place; 2] {
    Place::both().map(|place| {
        for (version, right) in [("1.0.0", !better), ("1.1.0", better)] {
            place.json(&["publish", &place.file("model.wasm", &animals_that_answer(version, right))]);
        }
        place.json(&["deploy", "animals@1.0.0"]);
        place
    })
}

#[test]
fn a_worse_version_is_refused_with_the_reason_and_a_better_one_is_not() {
    let data = samples::folder(40);
    let photos = data.path().join("photos");
    let photos = photos.to_str().unwrap();
    for better in [false, true] {
        for place in places(better) {
            let deploy = ["deploy", "animals@1.1.0", "--if", "top1_drop <= 0.005"];
            place.fails(&deploy, "it has no report; evaluate it first");
            place.json(&["evaluate", "animals@1.1.0", "--data", photos]);
            place.fails(&deploy, "1.0.0, which is deployed, has no report on the same data (photos)");
            place.json(&["evaluate", "animals@1.0.0", "--data", photos]);
            if better {
                assert_eq!(place.json(&deploy)["versions"][0]["version"], "1.1.0");
            } else {
                place.fails(&deploy, "animals 1.1.0 is not deployed, since `top1_drop <= 0.005` does not hold: top1_drop <= 0.005 fails: top1_drop is ");
                assert_eq!(place.json(&["show", "animals"])["deployment"]["versions"][0]["version"], "1.0.0");
                place.fails(
                    &["deploy", "animals@1.1.0", "--if", "failed == 0 and top1 > 0.9"],
                    "failed == 0 holds: failed is 0; top1 > 0.9 fails: top1 is ",
                );
                let fine = ["deploy", "animals@1.1.0", "--if", "failed == 0 and p95_ms < 60000 and size_mib < 10"];
                assert_eq!(place.json(&fine)["versions"][0]["version"], "1.1.0");
            }
        }
    }
}

#[test]
fn what_is_no_condition_is_an_error_and_nothing_is_deployed() {
    let place = Place::local().with(&["1.0.0"]);
    let folder = place.folder().to_str().unwrap();
    for hostile in
        ["", "top1 >= $(reboot)", "__import__('os').system('x')", "top1 >= 0.5; DROP TABLE version", "topp1 > 0"]
    {
        let arguments = ["deploy", "animals@1.0.0", "--data-dir", folder, "--if", hostile];
        let output = program().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{hostile}: {output:?}");
    }
    assert!(place.json(&["show", "animals"])["deployment"].is_null());
}
