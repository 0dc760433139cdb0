//! Which version answers.

use crate::commands::place::Place;
use serde_json::{Value, json};

fn version(deployment: &Value) -> &str {
    deployment["versions"][0]["version"].as_str().unwrap()
}

#[test]
fn a_rollback_walks_back_state_by_state_to_the_first_one() {
    for place in Place::both() {
        let place = place.with(&["1.0.0", "1.1.0", "1.2.0"]);
        for number in ["1.0.0", "1.1.0", "1.2.0"] {
            place.json(&["deploy", &format!("animals@{number}")]);
        }
        assert_eq!(version(&place.json(&["rollback", "animals"])), "1.1.0");
        assert_eq!(version(&place.json(&["rollback", "animals"])), "1.0.0");
        place.fails(&["rollback", "animals"], "there is nothing before");
        assert_eq!(version(&place.json(&["rollback", "animals", "--to", "3"])), "1.2.0");
        assert_eq!(place.json(&["show", "animals", "--revisions"])["revisions"].as_array().unwrap().len(), 6);
    }
}

#[test]
fn a_deployment_that_somebody_else_has_changed_is_left_alone() {
    let place = Place::local().with(&["1.0.0", "1.1.0"]);
    place.json(&["deploy", "animals@1.0.0", "--expected-revision", "0"]);
    place.fails(&["deploy", "animals@1.1.0", "--expected-revision", "0"], "is at revision 1 by now");
    assert_eq!(place.json(&["show", "animals"])["deployment"]["revision"], 1);
}

#[test]
fn without_a_version_the_highest_release_is_deployed() {
    let place = Place::local().with(&["1.0.0", "1.1.0", "2.0.0-rc.1"]);
    assert_eq!(version(&place.json(&["deploy", "animals"])), "1.1.0");
    assert_eq!(version(&place.json(&["deploy", "animals@~1.0"])), "1.0.0");
}

#[test]
fn what_cannot_be_shared_out_is_refused_with_the_reason() {
    for place in Place::both() {
        let place = place.with(&["1.0.0", "1.1.0"]);
        place.fails(&["split", "animals", "1.0.0=50", "1.1.0=40"], "90 together");
        place.fails(&["split", "animals", "1.0.0=50", "3.0.0=50"], "no version \"3.0.0\"; there is 1.0.0, 1.1.0");
        place.fails(&["deploy", "plants"], "no model \"plants\"; there is animals");
        place.fails(&["show", "animals@live"], "no version of animals is deployed");
        place.json(&["deploy", "animals"]);
        place.fails(&["delete", "animals@1.1.0"], "needed by revision 1");
    }
}

#[test]
fn an_alias_stands_for_what_was_live_when_it_was_set() {
    let place = Place::local().with(&["1.0.0", "1.1.0"]);
    place.json(&["deploy", "animals@1.0.0"]);
    place.json(&["alias", "set", "animals", "stable"]);
    place.json(&["deploy", "animals@1.1.0"]);
    assert_eq!(place.json(&["show", "animals@stable"])["version"], json!("1.0.0"));
    place.fails(&["alias", "set", "animals", "live"], "\"live\" cannot be an alias");
}
