//! Versions go to another registry and come from there: from a folder, and by way of a server.

use crate::commands::place::Place;
use maasm_tests::docker::Docker;

#[test]
fn what_one_place_pushes_another_pulls_and_deploys() {
    let Some(docker) = Docker::start() else { return };
    for (number, (from, to)) in Place::both().into_iter().zip(Place::both().into_iter().rev()).enumerate() {
        let from = from.with(&["1.0.0"]);
        let remote = format!("oci://{}/animals-{number}:1.0.0", docker.address);
        let pushed = from.json(&["push", "animals@1.0.0", &remote]);
        let pulled = to.json(&["pull", &remote, "--deploy"]);
        assert_eq!(pushed["version"]["component"], pulled["version"]["component"]);
        assert_eq!(pulled["deployment"]["versions"][0]["version"], "1.0.0");
        assert_eq!(to.json(&["show", "animals@1.0.0"])["component"], pushed["version"]["component"]);
    }
}

#[test]
fn what_cannot_be_pushed_or_pulled_is_told_by_folder_and_server_alike() {
    let Some(docker) = Docker::start() else { return };
    for place in Place::both() {
        let place = place.with(&["1.0.0"]);
        let nowhere = format!("oci://{}/nothing:1.0.0", docker.address);
        place.fails(&["push", "animals@7.0.0", &nowhere], "animals has no version \"7.0.0\"");
        place.fails(&["pull", &nowhere], "nothing:1.0.0");
    }
}

#[test]
fn a_push_that_was_taken_on_is_told_as_a_job() {
    let Some(docker) = Docker::start() else { return };
    let place = Place::remote().with(&["1.0.0"]);
    place.json(&["push", "animals@1.0.0", &format!("oci://{}/animals:1.0.0", docker.address)]);
    let jobs = place.json(&["jobs"]);
    let job = &jobs["jobs"][0];
    assert_eq!((&job["kind"], &job["state"]), (&"push".into(), &"succeeded".into()), "{job}");
}
