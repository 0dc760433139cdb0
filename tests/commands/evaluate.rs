//! The truth about a version, from the command line, of a folder and at a server.

use crate::commands::place::{Place, program};
use crate::commands::samples::{self, animals_that_answer};
use maasm_tests::docker::Docker;
use serde_json::Value;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A report without what differs from run to run.
fn lasting(mut report: Value) -> Value {
    report.as_object_mut().unwrap().remove("run").expect("it says how long it took");
    report
}

#[test]
fn a_version_is_evaluated_alike_in_a_folder_and_at_a_server() {
    let data = samples::folder(30);
    let archive = data.path().join("photos.zip");
    samples::zip(data.path(), &archive);
    let mut reports = Vec::new();
    for place in Place::both() {
        let place = place.with(&["1.0.0"]);
        for data in [&data.path().join("photos"), &archive] {
            let report = place.json(&["evaluate", "animals@1.0.0", "--data", data.to_str().unwrap()]);
            assert!(report["run"]["latency"]["p50"].as_f64().unwrap() > 0.0);
            let mut report = lasting(report);
            report["data"]["name"] = "photos".into();
            reports.push(report);
        }
        let listed = place.json(&["show", "animals@1.0.0"]);
        assert_eq!(listed["version"], "1.0.0");
    }
    assert_eq!(reports[0]["evaluated"], 29);
    assert_eq!(reports[0]["failures"][0]["sample"], "cat/broken.jpg", "{}", reports[0]);
    for report in &reports[1..] {
        assert_eq!(report, &reports[0]);
    }
}

#[test]
fn the_report_says_what_the_model_answers() {
    let place = Place::local().with(&["1.0.0"]);
    let data = samples::folder(30);
    let photos = data.path().join("photos");
    let report = place.json(&["evaluate", "animals@1.0.0", "--data", photos.to_str().unwrap()]);
    // What `recognize` answers, one by one.
    let component = place.folder().join("model.wasm");
    let (mut right, mut samples) = (0u32, 0u32);
    for (file, class) in samples::files(&photos).into_iter().filter(|(file, _)| !file.ends_with("broken.jpg")) {
        let mut recognize = program();
        recognize.arg("recognize").arg(&component).arg(file).args(["--top-k", "1", "--json"]);
        let answer: Value = serde_json::from_slice(&recognize.output().unwrap().stdout).unwrap();
        right += u32::from(answer["predictions"][0]["label"] == class);
        samples += 1;
    }
    assert_eq!(report["metrics"]["accuracy"]["value"], f64::from(right) / f64::from(samples));
    let cells = report["confusions"].as_array().unwrap();
    assert_eq!(cells.iter().map(|cell| cell["count"].as_u64().unwrap()).sum::<u64>(), u64::from(samples));
    let mistakes = report["mistakes"].as_array().unwrap();
    assert!(!mistakes.is_empty());
    for mistake in mistakes {
        assert_ne!(mistake["expected"], mistake["predicted"]);
        assert!(mistake["thumbnail"].as_str().unwrap().starts_with("data:image/jpeg;base64,"), "{mistake}");
    }
}

#[test]
fn what_cannot_be_evaluated_is_told() {
    for place in Place::both() {
        let place = place.with(&["1.0.0"]);
        let data = samples::folder(4);
        let photos = data.path().join("photos");
        std::fs::rename(photos.join("cat"), photos.join("cta")).unwrap();
        let photos = photos.to_str().unwrap().to_owned();
        place.fails(
            &["evaluate", "animals@1.0.0", "--data", &photos],
            r#"the model has no class "cta"; did you mean "cat"?"#,
        );
        place.fails(&["evaluate", "animals@7.0.0", "--data", &photos], "animals has no version");
        place.fails(&["evaluate", "animals@1.0.0", "--data", "nothing"], "there is no data set \"nothing\"");
        let text = place.file("text.tar", b"no archive");
        place.fails(&["evaluate", "animals@1.0.0", "--data", &text], "is neither a folder, a table");
        place.fails(&["evaluate", "animals@1.0.0", "--data", &photos, "--against", "animals@1.0.0"], "itself");
    }
}

#[test]
fn data_is_kept_as_it_was_and_evaluations_name_it() {
    let data = samples::folder(6);
    let photos = data.path().join("photos");
    let photos = photos.to_str().unwrap();
    let mut digests = Vec::new();
    for place in Place::both() {
        let place = place.with(&["1.0.0"]);
        let added = place.json(&["data", "add", "photos", photos]);
        assert_eq!((&added["samples"], &added["name"]), (&6.into(), &"photos".into()));
        assert_eq!(place.json(&["data", "add", "photos", photos])["created"], added["created"], "the same once more");
        let other = samples::folder(5);
        let other = other.path().join("photos");
        place.fails(&["data", "add", "photos", other.to_str().unwrap()], "give this one another name");
        let of_the_set = place.json(&["evaluate", "animals@1.0.0", "--data", "photos"]);
        let of_the_folder = place.json(&["evaluate", "animals@1.0.0", "--data", photos]);
        assert_eq!(of_the_set["data"]["digest"], added["digest"]);
        assert_eq!(of_the_folder["data"]["digest"], added["digest"]);
        place.text(&["gc"]);
        place.json(&["evaluate", "animals@1.0.0", "--data", "photos"]);
        assert_eq!(place.json(&["data", "list"])["data"][0]["digest"], added["digest"]);
        place.json(&["data", "remove", "photos"]);
        place.fails(&["data", "remove", "photos"], "there is no data set");
        digests.push(added["digest"].clone());
    }
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn a_version_is_compared_with_another_and_reports_with_reports() {
    let place = Place::local().with(&["1.0.0"]);
    place.json(&["publish", &place.file("other.wasm", &animals_that_answer("1.1.0", false))]);
    let data = samples::folder(40);
    let photos = data.path().join("photos");
    let photos = photos.to_str().unwrap();
    let first = place.folder().join("first.json");
    let first = first.to_str().unwrap();
    place.text(&["evaluate", "animals@1.0.0", "--data", photos, "--report", first]);
    let report = place.json(&["evaluate", "animals@1.1.0", "--data", photos, "--against", "animals@1.0.0"]);
    let comparison = &report["comparison"];
    let test = &comparison["mcnemar"];
    let flips = |way: &str| comparison[way].as_array().unwrap().len() as u64;
    assert_eq!((test["gained"].as_u64(), test["lost"].as_u64()), (Some(flips("gained")), Some(flips("lost"))));
    let change = &comparison["metrics"]["accuracy"];
    let [value, baseline, difference] =
        [&change["value"], &change["baseline"], &change["difference"]["value"]].map(|value| value.as_f64().unwrap());
    assert_eq!(difference, value - baseline);
    let expected = (flips("gained") as f64 - flips("lost") as f64) / comparison["samples"].as_f64().unwrap();
    assert!((difference - expected).abs() < 1e-12, "{comparison}");
    assert!(change["difference"]["low"].as_f64().unwrap() <= difference);

    let with_report = place.json(&["evaluate", "animals@1.1.0", "--data", photos, "--against", first]);
    assert_eq!(with_report["comparison"]["metrics"]["accuracy"]["difference"]["value"], difference);
    let others = samples::folder(20);
    let others = others.path().join("photos");
    let others = others.to_str().unwrap();
    place.fails(&["evaluate", "animals@1.1.0", "--data", others, "--against", first], "--force");
    let forced = place.json(&["evaluate", "animals@1.1.0", "--data", others, "--against", first, "--force"]);
    assert!(forced["comparison"]["forced"].as_str().unwrap().contains("sha256:"), "{forced}");
}

#[test]
fn two_components_in_files_are_compared_as_two_versions_are() {
    let place = Place::local();
    let versions = [("1.0.0", true), ("1.1.0", false)].map(|(version, right)| animals_that_answer(version, right));
    let [first, second] = [0, 1].map(|index| place.file(&format!("{index}.wasm"), &versions[index]));
    place.json(&["publish", &first]);
    place.json(&["publish", &second]);
    let data = samples::folder(40);
    let photos = data.path().join("photos");
    let photos = photos.to_str().unwrap();
    let evaluate = |version: &str, against: &str| {
        lasting(place.json(&["evaluate", version, "--data", photos, "--against", against]))
    };
    let expected = evaluate("animals@1.1.0", "animals@1.0.0");
    assert_eq!(evaluate(&second, &first), expected);
    assert_eq!(evaluate("animals@1.1.0", &first), expected);
    assert_eq!(evaluate(&second, "animals@1.0.0"), expected);
    // Two components of one name and number.
    let namesake = place.file("namesake.wasm", &animals_that_answer("1.1.0", true));
    let report = evaluate(&second, &namesake);
    assert_eq!(report["comparison"]["metrics"], expected["comparison"]["metrics"]);
    place.fails(&["evaluate", &second, "--data", photos, "--against", &second], "is not compared with itself");
    let server = ["--server", "http://127.0.0.1:1"];
    place.fails(&[&["evaluate", &second, "--data", photos, "--against", "animals"], &server[..]].concat(), "publish");
}

#[test]
fn the_report_is_the_same_with_any_number_of_threads_and_after_a_kill() {
    let place = Place::local().with(&["1.0.0"]);
    let data = samples::table(12_000);
    let table = data.path().join("many.csv");
    let table = table.to_str().unwrap();
    let evaluate = |threads: &str, file: &Path| {
        let arguments = ["evaluate", "animals@1.0.0", "--resamples", "100", "--data", table, "--threads", threads];
        let mut command = program();
        command.env("MAASM_DATA_DIR", place.folder()).args(arguments).arg("--report").arg(file);
        command.stdout(Stdio::null()).spawn().unwrap()
    };
    let report = |file: &Path| -> Value { serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap() };
    let file = |name: &str| place.folder().join(name);
    let mut reports = Vec::new();
    for threads in ["1", "2"] {
        let file = file(&format!("{threads}.json"));
        assert!(evaluate(threads, &file).wait().unwrap().success());
        reports.push(report(&file));
    }
    assert_eq!(reports[0]["run"]["threads"], 1);
    assert_eq!(reports[1]["run"]["threads"], 2);

    // Killed once there is something to go on with, and once more.
    let interrupted = file("interrupted.json");
    let answers = place.folder().join("answers");
    let size = || -> u64 {
        let entries = std::fs::read_dir(&answers).into_iter().flatten().flatten();
        entries.map(|entry| entry.metadata().unwrap().len()).sum()
    };
    let mut so_far = 0;
    for _ in 0..2 {
        let mut process = evaluate("2", &interrupted);
        let start = Instant::now();
        while size() < so_far + 100_000 {
            assert!(process.try_wait().unwrap().is_none(), "it ended before it could be killed");
            assert!(start.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(2));
        }
        process.kill().unwrap();
        process.wait().unwrap();
        so_far = size();
    }
    assert!(!interrupted.exists());
    assert!(evaluate("2", &interrupted).wait().unwrap().success());
    reports.push(report(&interrupted));
    let resumed = reports[2]["run"]["resumed"].as_u64().unwrap();
    assert!((64..12_000).contains(&resumed), "{resumed}");
    println!("{resumed} of 12000 samples were answered before it was killed for the last time");
    let texts: Vec<String> = reports.into_iter().map(|report| lasting(report).to_string()).collect();
    assert!(texts[0] == texts[1], "with two threads it is another report");
    assert!(texts[0] == texts[2], "after a kill it is another report");
    assert_eq!(size(), 0, "answers are removed once there is a report");
}

#[test]
fn a_report_travels_with_its_version() {
    let Some(docker) = Docker::start() else { return };
    let data = samples::folder(6);
    let photos = data.path().join("photos");
    let [from, to] = Place::both();
    let from = from.with(&["1.0.0"]);
    let report = from.json(&["evaluate", "animals@1.0.0", "--data", photos.to_str().unwrap()]);
    let remote = format!("oci://{}/animals:1.0.0", docker.address);
    from.json(&["push", "animals@1.0.0", &remote]);
    to.json(&["pull", &remote]);
    let arrived = to.json(&["report", "animals@1.0.0"]);
    assert_eq!(arrived, report);
    to.text(&["gc"]);
    assert_eq!(to.json(&["report", "animals@1.0.0"]), report);
}

#[test]
fn a_report_is_written_to_be_looked_at_and_for_programs() {
    for place in Place::both() {
        let place = place.with(&["1.0.0"]);
        place.fails(&["report", "animals@1.0.0"], "has no report");
        let data = samples::folder(6);
        let photos = data.path().join("photos");
        let [html, json, again] = ["r.html", "r.json", "again.html"].map(|name| place.folder().join(name));
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        let photos = photos.to_str().unwrap();
        let arguments =
            ["evaluate", "animals@1.0.0", "--data", photos, "--report", &path(&html), "--report", &path(&json)];
        assert!(place.text(&arguments).contains("accuracy"));
        let page = std::fs::read_to_string(&html).unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("animals"), "{page}");
        let report: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
        assert_eq!(report["schema"], "maasm-evaluation/1");
        place.text(&["report", "animals@1.0.0", "--output", &path(&again)]);
        assert_eq!(std::fs::read_to_string(&again).unwrap(), page);
    }
}
