//! A model's whole life, the same in a folder and at a server.

use crate::commands::place::Place;
use crate::http::models::two_inputs;
use serde_json::{Value, json};

/// What differs from place to place and from time to time.
const PASSING: [&str; 6] = ["created", "changed", "by", "at", "manifest", "bytes"];

fn without_passing(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|name, _| !PASSING.contains(&name.as_str()));
            object.values_mut().for_each(without_passing);
        }
        Value::Array(array) => array.iter_mut().for_each(without_passing),
        _ => {}
    }
}

/// Everything that is told from the first version to the last.
fn life(place: Place) -> Vec<Value> {
    let place = place.with(&["1.0.0", "1.1.0", "1.2.0"]);
    let ask = |arguments: &str| {
        let mut answer = place.json(&arguments.split(' ').collect::<Vec<_>>());
        without_passing(&mut answer);
        json!({ arguments: answer })
    };
    [
        "list",
        "list --limit 1",
        "show animals@^1.1",
        "deploy animals@1.0.0",
        "deploy animals --expected-revision 1 --sticky x-user",
        "split animals 1.0.0=95 1.1.0=5 --shadow 1.2.0",
        "show animals --revisions",
        "rollback animals",
        "rollback animals --to 1",
        "alias set animals stable",
        "alias set animals@latest next",
        "alias list animals",
        "show animals",
        "show animals@live",
        "show animals@stable",
        "alias remove animals next",
        "delete animals@1.2.0",
        "gc --dry-run",
        "gc --keep 1 --younger-than 30d",
        "fsck",
        "fsck --repair",
        "key list",
    ]
    .map(ask)
    .into()
}

#[test]
fn a_folder_and_a_server_tell_the_same_of_a_models_whole_life() {
    let [local, remote] = Place::both().map(life);
    for (local, remote) in local.iter().zip(&remote) {
        assert_eq!(local, remote);
    }
    let live =
        |step: usize| local[step].as_object().unwrap().values().next().unwrap()["versions"][0]["version"].clone();
    assert_eq!(local[13]["show animals@live"]["version"], "1.0.0");
    assert_eq!([3, 4, 7, 8].map(live), [json!("1.0.0"), json!("1.2.0"), json!("1.2.0"), json!("1.0.0")]);
}

#[test]
fn people_are_told_in_short_tables() {
    for place in Place::both() {
        assert_eq!(place.text(&["list"]), "there are no models; `maasm publish` adds one\n");
        let place = place.with(&["1.0.0", "1.1.0"]);
        let published = place.file("both.wasm", &two_inputs("both", "2.0.0"));
        assert!(place.text(&["publish", &published]).contains("maasm deploy both@2.0.0"));
        assert_eq!(
            place.text(&["split", "animals", "1.0.0=95", "1.1.0=5", "--sticky", "x-user"]),
            "animals is at revision 1: 1.0.0 95 %, 1.1.0 5 %, sticky by x-user\n"
        );
        let list = place.text(&["list"]);
        let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().take(3).collect()).collect();
        assert_eq!(lines[0], ["model", "version", "live"]);
        assert_eq!(lines[1..3], [["animals", "1.0.0", "95"], ["1.1.0", "5", "%"]]);
        assert_eq!(lines[3][..2], ["both", "2.0.0"]);
        place.text(&["alias", "set", "animals@1.0.0", "stable"]);
        let model = place.text(&["show", "animals"]);
        assert!(model.contains("stable = 1.0.0") && model.contains("(revision 1)"), "{model}");
        let version = place.text(&["show", "both@latest"]);
        assert!(version.contains("a f32 [1, 2]") && version.contains("published as it is by maasm"), "{version}");
        assert!(place.text(&["list", "--limit", "1"]).ends_with("more: maasm list --after animals\n"));
        assert!(place.text(&["fsck"]).contains("3 versions") && place.text(&["gc"]).starts_with("removed 0 blobs"));
        let audit = place.text(&["audit", "--limit", "2"]);
        assert!(audit.contains("collect-garbage") || audit.contains("alias"), "{audit}");
    }
}
