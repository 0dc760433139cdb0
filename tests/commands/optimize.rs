//! Versions become smaller, faster or fit for other labels, from the command line, in a folder and at a server.

use crate::commands::place::{Place, program};
use image::{ImageFormat, Rgb, RgbImage};
use maasm_tests::onnx::{encode, integers, model, node, value, weights};
use maasm_tests::random::Random;
use serde_json::Value;
use std::io::Cursor;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tract_onnx::pb::{GraphProto, ModelProto};

const CLASSES: [&str; 5] = ["ant", "bee", "cat", "dog", "eel"];

/// Two convolutions with a residual and a classifier: `image` [1,3,16,16] → `scores` [1,5].
fn network() -> ModelProto {
    let pads = || vec![integers("pads", &[1, 1, 1, 1])];
    model(GraphProto {
        name: "small".into(),
        input: vec![value("image", &[1, 3, 16, 16])],
        output: vec![value("scores", &[1, 5])],
        initializer: vec![
            weights("first.weight", &[64, 3, 3, 3]),
            weights("first.bias", &[64]),
            weights("second.weight", &[64, 64, 3, 3]),
            weights("second.bias", &[64]),
            weights("last.weight", &[5, 64]),
            weights("last.bias", &[5]),
        ],
        node: vec![
            node("Conv", &["image", "first.weight", "first.bias"], &["first"], pads()),
            node("Relu", &["first"], &["one"], vec![]),
            node("Conv", &["one", "second.weight", "second.bias"], &["second"], pads()),
            node("Add", &["second", "one"], &["sum"], vec![]),
            node("Relu", &["sum"], &["two"], vec![]),
            node("GlobalAveragePool", &["two"], &["pool"], vec![]),
            node("Flatten", &["pool"], &["flat"], vec![]),
            node("Gemm", &["flat", "last.weight", "last.bias"], &["scores"], vec![integers_of("transB", 1)]),
        ],
        ..Default::default()
    })
}

fn integers_of(name: &str, i: i64) -> tract_onnx::pb::AttributeProto {
    tract_onnx::pb::AttributeProto { i, r#type: 2, ..integers(name, &[]) }
}

/// A folder with a folder of so many pictures for each class, which differ in colour; other pictures for another seed.
fn pictures(each: usize, classes: &[&str], seed: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(seed);
    for (class, name) in classes.iter().enumerate() {
        std::fs::create_dir_all(folder.path().join(name)).unwrap();
        for index in 0..each {
            let colour = [40 * class as u8, 200 - 35 * class as u8, 90 + 30 * (class as u8 % 3)];
            let picture =
                RgbImage::from_fn(16, 16, |_, _| Rgb(colour.map(|part| part.saturating_add(random.bits() as u8 / 8))));
            let mut bytes = Cursor::new(Vec::new());
            picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
            std::fs::write(folder.path().join(name).join(format!("{index}.png")), bytes.into_inner()).unwrap();
        }
    }
    folder
}

fn text(folder: &TempDir) -> &str {
    folder.path().to_str().unwrap()
}

/// A place with `net` 1.0.0.
fn with_network(place: Place) -> Place {
    let onnx = place.file("net.onnx", &encode(&network()));
    let labels = place.file("labels.txt", CLASSES.join("\n").as_bytes());
    place.json(&["publish", &onnx, "--name", "net", "--labels", &labels, "--preprocess", "imagenet"]);
    place
}

#[test]
fn a_version_in_integers_knows_its_parent_its_recipe_and_its_report_and_is_the_same_everywhere() {
    let (samples, test) = (pictures(4, &CLASSES, 1), pictures(6, &CLASSES, 2));
    let mut made = Vec::new();
    for place in Place::both() {
        let place = with_network(place);
        let optimize =
            ["optimize", "net@1.0.0", "--quantize", "int8", "--calibrate", text(&samples), "--evaluate", text(&test)];
        let outcome = place.json(&optimize);
        let version = &outcome["version"];
        assert_eq!((&version["version"], &outcome["parent"]), (&"1.1.0".into(), &"net@1.0.0".into()));
        let provenance = &version["provenance"];
        assert_eq!(provenance["parent"], "net@1.0.0");
        assert_eq!(provenance["recipe"]["quantize"], "int8");
        assert!(provenance["recipe"]["calibration"].as_str().unwrap().starts_with("sha256:"), "{provenance}");
        assert_eq!(outcome["evaluation"]["evaluated"], 30);
        assert_eq!(outcome["evaluation"]["compared_with"], "1.0.0");
        assert!(outcome["agreement"].as_f64().unwrap() >= 0.9, "{outcome}");
        assert!(outcome["milliseconds"]["before"].as_f64().unwrap() > 0.0);
        // The version itself is as it was.
        assert_eq!(place.json(&["show", "net@1.0.0"])["version"], "1.0.0");
        assert!(place.json(&["show", "net"])["deployment"].is_null());
        made.push(version["component"].clone());

        // What was optimised can be optimised further; the same recipe gives the same bytes.
        let halves = place.json(&["optimize", "net@1.0.0", "--weights", "f16"]);
        let size = |outcome: &Value, side: &str| outcome["size"][side].as_f64().unwrap();
        assert!(size(&halves, "after") < size(&halves, "before"), "{halves}");
        let text = place.text(&["optimize", "net@1.1.0", "--prune-channels", "0.3", "--as", "2.0.0"]);
        assert!(text.contains("net@2.0.0, made of net@1.1.0") && text.contains("not evaluated"), "{text}");
    }
    assert_eq!(made[0], made[1], "a folder and a server make other bytes of the same");
}

#[test]
fn pruning_takes_out_what_it_says() {
    let place = with_network(Place::local());
    let test = pictures(2, &CLASSES, 2);
    let channels = place.json(&["optimize", "net@1.0.0", "--prune-channels", "0.3", "--evaluate", text(&test)]);
    let share = |outcome: &Value, figure: &str| {
        outcome[figure]["after"].as_f64().unwrap() / outcome[figure]["before"].as_f64().unwrap()
    };
    assert!(share(&channels, "multiply_accumulates") < 0.7 && share(&channels, "parameters") < 0.7, "{channels}");
    assert_eq!(channels["evaluation"]["evaluated"], 10);

    let weights = place.json(&["optimize", "net@1.0.0", "--prune", "0.5", "--evaluate", text(&test)]);
    let (before, after) = (weights["size"]["before"].as_u64().unwrap(), weights["size"]["after"].as_u64().unwrap());
    // 38,912 weights of convolutions and the classifier in four bytes each; half of them and a bit for each.
    let saved = (before - after) as f64 / (38_912.0 * 4.0);
    assert!((0.40..0.48).contains(&saved), "{saved} of the weights' bytes are saved: {weights}");
}

#[test]
fn weights_in_other_forms_answer_nearly_alike() {
    let place = with_network(Place::local());
    let test = pictures(6, &CLASSES, 2);
    for (format, smaller) in [("f16", 0.45), ("int8", 0.70)] {
        let outcome = place.json(&["optimize", "net@1.0.0", "--weights", format, "--evaluate", text(&test)]);
        assert!(outcome["agreement"].as_f64().unwrap() >= 0.96, "{format}: {outcome}");
        let (before, after) = (outcome["size"]["before"].as_f64().unwrap(), outcome["size"]["after"].as_f64().unwrap());
        assert!((before - after) / (38_912.0 * 4.0) > smaller, "{format}: {outcome}");
    }
}

#[test]
fn what_cannot_be_optimised_is_told() {
    let (samples, test) = (pictures(2, &CLASSES, 1), pictures(2, &CLASSES, 2));
    for place in Place::both() {
        let place = with_network(place);
        place.fails(&["optimize", "net@1.0.0"], "nothing is asked for");
        place.fails(&["optimize", "net@1.0.0", "--quantize", "int8"], "--calibrate");
        place.fails(&["optimize", "net@9.0.0", "--prune", "0.5"], "9.0.0");
        let both = ["--calibrate", text(&samples), "--evaluate", text(&samples)];
        place.fails(&[&["optimize", "net@1.0.0", "--quantize", "int8"], &both[..]].concat(), "10 of the samples");
        // Also the half of the samples that candidates are compared on is not to be what they were made with.
        place.fails(&[&["optimize", "net@1.0.0", "--auto"], &both[..]].concat(), "5 of the samples");
        // A number that is in use.
        place.fails(&["optimize", "net@1.0.0", "--prune", "0.5", "--as", "1.0.0"], "1.0.0");
        let auto = ["optimize", "net@1.0.0", "--auto", "--evaluate", text(&test), "--max-size", "1000"];
        place.fails(&auto, "candidates keeps the bounds; the nearest: ");
        assert!(place.json(&["show", "net"])["versions"].as_array().is_none_or(|versions| versions.len() == 1));
    }
    let place = Place::local().with(&["1.0.0"]);
    place.fails(&["optimize", "animals@1.0.0", "--prune", "0.5"], "was published as a component, or pulled");

    let mut broken = network();
    let graph = broken.graph.as_mut().unwrap();
    graph.initializer[2].raw_data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    let place = Place::local();
    let onnx = place.file("nan.onnx", &encode(&broken));
    place.json(&["publish", &onnx, "--name", "nan", "--preprocess", "imagenet"]);
    for recipe in [["--prune", "0.5"], ["--prune-channels", "0.5"]] {
        place.fails(&[&["optimize", "nan@1.0.0"], &recipe[..]].concat(), "second.weight");
    }
    let quantize = ["optimize", "nan@1.0.0", "--quantize", "int8", "--calibrate", text(&samples)];
    place.fails(&quantize, "is no number");
}

#[test]
fn a_search_that_is_killed_goes_on_and_finds_the_fastest_within_the_bounds() {
    let (samples, test) = (pictures(4, &CLASSES, 1), pictures(8, &CLASSES, 2));
    let place = with_network(Place::local());
    let folder = place.folder().to_str().unwrap().to_owned();
    let report = place.folder().join("report.html");
    let arguments = [
        "optimize",
        "net@1.0.0",
        "--auto",
        "--max-top1-drop",
        "0.3",
        "--calibrate",
        text(&samples),
        "--evaluate",
        text(&test),
        "--data-dir",
        &folder,
        "--report",
        report.to_str().unwrap(),
        "--json",
    ];
    let mut running = program().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let searches = place.folder().join("searches");
    let tried = |searches: &Path| {
        let files = std::fs::read_dir(searches).into_iter().flatten().flatten();
        files.map(|file| std::fs::read_to_string(file.path()).unwrap_or_default().lines().count()).sum::<usize>()
    };
    let begin = Instant::now();
    while tried(&searches) < 4 {
        assert!(begin.elapsed() < Duration::from_secs(120), "nothing is tried");
        assert!(running.try_wait().unwrap().is_none(), "it has ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    let before = std::fs::read_dir(&searches).unwrap().next().unwrap().unwrap().path();
    let before = std::fs::read_to_string(before).unwrap();

    let outcome: Value = serde_json::from_slice(&program().args(arguments).output().unwrap().stdout).unwrap();
    let search = &outcome["search"];
    let candidates = search["candidates"].as_array().unwrap();
    assert!(candidates.len() > 10, "{search}");
    assert_eq!((&candidates[0]["recipe"], &search["samples"]), (&"as it is".into(), &20.into()));
    // What was measured before the kill was not measured again.
    for line in before.lines().skip(1) {
        let known: Value = serde_json::from_str(line).unwrap_or_default();
        if let Some(time) = known["figures"]["time"].as_f64() {
            assert!(candidates.iter().any(|candidate| candidate["time"] == time), "{time} is lost: {search}");
        }
    }
    let chosen: Vec<_> = candidates.iter().filter(|candidate| candidate["chosen"] == true).collect();
    assert_eq!(chosen.len(), 1, "{search}");
    let within = |candidate: &&Value| {
        candidates[0]["accuracy"].as_f64().unwrap() - candidate["accuracy"].as_f64().unwrap() <= 0.3 + 1e-9
    };
    let fastest = candidates[1..].iter().filter(within).map(|c| c["time"].as_f64().unwrap()).fold(f64::MAX, f64::min);
    assert!(chosen[0]["time"].as_f64().unwrap() <= fastest + 0.01, "{search}");
    assert_eq!(outcome["evaluation"]["evaluated"], 20, "the report is about the other half");
    assert!(std::fs::read_to_string(report).unwrap().contains("Pareto frontier"));
    assert_eq!(tried(&searches), 0, "the file is left");
}

#[test]
fn a_classifier_learns_other_labels_and_says_how_well_on_others() {
    let classes = ["red", "green", "blue"];
    let (data, test) = (pictures(12, &classes, 3), pictures(8, &classes, 4));
    for place in Place::both() {
        let place = with_network(place);
        let tuned = place.json(&[
            "tune",
            "net@1.0.0",
            "--data",
            text(&data),
            "--evaluate",
            text(&test),
            "--name",
            "colours",
            "--temperature",
        ]);
        assert_eq!(tuned["classes"], serde_json::json!(["blue", "green", "red"]));
        assert!(tuned["accuracy"].as_f64().unwrap() > 0.9, "{tuned}");
        assert!(tuned["parent_accuracy"].is_null(), "the parent knows none of these classes");
        assert_eq!((&tuned["version"]["name"], &tuned["version"]["version"]), (&"colours".into(), &"1.0.0".into()));
        assert!(tuned["tuned"]["temperature"].as_f64().unwrap() > 0.0);
        assert_eq!(tuned["evaluation"]["evaluated"], 24);

        // Without other data a quarter is put aside.
        let text_of = place.text(&["tune", "net@1.0.0", "--data", text(&data), "--recall", "0.9"]);
        let threshold = text_of.lines().find(|line| line.starts_with("  green: from ")).expect("it has a threshold");
        let recall: f64 = threshold.split_once("recall ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
        assert!(recall >= 90.0, "{text_of}");
        assert!(text_of.contains("fitted to 27 samples") && text_of.contains("of 9 other samples"), "{text_of}");

        let one = pictures(6, &classes[..1], 5);
        place.fails(&["tune", "net@1.0.0", "--data", text(&one), "--evaluate", text(&test)], "one class, red");
        place.fails(&["tune", "net@1.0.0", "--data", text(&data), "--evaluate", text(&data)], "36 of the samples");
    }
    let known = pictures(8, &CLASSES, 6);
    let place = with_network(Place::local());
    let tuned = place.json(&["tune", "net@1.0.0", "--data", text(&known)]);
    let before = tuned["parent_accuracy"].as_f64().unwrap();
    assert!(tuned["accuracy"].as_f64().unwrap() > before, "{tuned}");
}
