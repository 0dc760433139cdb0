//! A model becomes a version.

use crate::commands::place::Place;
use crate::http::models::two_inputs;
use maasm_tests::onnx::{encode, small_network};

#[test]
fn an_onnx_file_becomes_the_same_version_in_a_folder_and_at_a_server() {
    let publish = |place: &Place| {
        let model = place.file("model.onnx", &encode(&small_network()));
        let labels = place.file("labels.txt", b"ant\nbee\ncat\ndog\neel\n");
        let arguments =
            ["publish", &model, "--name", "animals", "--labels", &labels, "--preprocess", "imagenet", "--deploy"];
        let (first, second) = (place.json(&arguments), place.json(&arguments));
        assert_eq!((&first["version"]["version"], &second["version"]["version"]), (&"1.0.0".into(), &"1.1.0".into()));
        assert_eq!(second["deployment"]["versions"][0]["version"], "1.1.0");
        assert_eq!(first["version"]["labels"], 5);
        let how = first["version"]["provenance"]["how"].as_str().unwrap().to_owned();
        assert!(how.starts_with("compiled by maasm") && how.ends_with("with --preprocess=imagenet"), "{how}");
        (first["version"]["component"].clone(), how)
    };
    let [local, remote] = Place::both().map(|place| publish(&place));
    assert_eq!(local, remote);
}

#[test]
fn the_same_component_again_changes_nothing_and_another_one_is_refused() {
    for place in Place::both() {
        let place = place.with(&["1.0.0"]);
        let before = place.json(&["list"]);
        let again = place.with(&["1.0.0"]);
        assert_eq!(again.json(&["list"]), before);
        let other = again.file("other.wasm", &two_inputs("animals", "1.0.0"));
        again.fails(&["publish", &other], "is there already and is another component");
    }
}

#[test]
fn a_component_tells_itself_what_it_is_called() {
    for place in Place::both() {
        let file = place.file("both.wasm", &two_inputs("both", "1.0.0"));
        place.fails(&["publish", &file, "--name", "others"], "leave --name out");
    }
}

#[test]
fn what_is_no_model_is_refused_with_the_reason() {
    for place in Place::both() {
        let text = place.file("text.txt", b"hello");
        place.fails(&["publish", "nowhere.onnx"], "nowhere.onnx cannot be read");
        place.fails(&["publish", &text, "--name", "a"], "not an ONNX file");
        place.fails(&["publish", &text, "--name", "../a"], "cannot be a model's name");
        assert_eq!(place.json(&["list"])["models"].as_array().unwrap().len(), 0);
    }
}

#[test]
fn a_servers_jobs_tell_what_came_of_a_publication() {
    let place = Place::remote();
    let text = place.file("text.txt", b"hello");
    place.fails(&["publish", &text, "--name", "a"], "(job ");
    let place = place.with(&["1.0.0"]);
    let jobs = place.json(&["jobs"]);
    assert_eq!(jobs, place.json(&["jobs", "list"]));
    assert_eq!((&jobs["jobs"][0]["state"], &jobs["jobs"][1]["state"]), (&"succeeded".into(), &"failed".into()));
    let id = jobs["jobs"][1]["id"].as_str().unwrap();
    assert!(place.text(&["jobs", "show", id]).contains("failed: "));
    assert!(place.text(&["jobs"]).contains("succeeded: animals 1.0.0"));
    place.fails(&["jobs", "cancel", id], "is failed already");
}
