//! Evaluation and gates over HTTP.

use crate::commands::samples::{self, animals_that_answer};
use crate::http::server::{Answer, Server, length};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// A server of `animals` 1.0.0, which is right as often as can be, and of 1.1.0, which is not; the first is deployed.
fn server() -> (Server, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&[], &["--data-dir", folder.path().to_str().unwrap()]);
    for (version, right) in [("1.0.0", true), ("1.1.0", false)] {
        assert_eq!(post(&server, "/api/v1/model?wait=true", &animals_that_answer(version, right)).status, 201);
    }
    assert_eq!(document(&server, "/api/v1/deploy", &json!({"model": "animals", "version": "1.0.0"})).status, 200);
    (server, folder)
}

fn post(server: &Server, path: &str, body: &[u8]) -> Answer {
    server.send("POST", path, &length(body), body)
}

fn document(server: &Server, path: &str, document: &Value) -> Answer {
    post(server, path, document.to_string().as_bytes())
}

/// Labelled pictures as an archive.
fn archive(pictures: usize) -> Vec<u8> {
    let data = samples::folder(pictures);
    let archive = data.path().join("photos.zip");
    samples::zip(data.path(), &archive);
    std::fs::read(archive).unwrap()
}

fn deployed(server: &Server) -> Value {
    server.get("/api/v1/deployments/animals").json()["versions"][0]["version"].clone()
}

#[test]
fn an_upload_is_evaluated_and_the_report_is_kept_to_be_read_and_looked_at() {
    let (server, _folder) = server();
    let answer = post(&server, "/api/v1/evaluate?version=animals@1.1.0&against=animals@1.0.0&wait=true", &archive(30));
    assert_eq!(answer.status, 201, "{answer:?}");
    let evaluation = answer.json()["result"]["evaluation"].clone();
    assert_eq!((&evaluation["evaluated"], &evaluation["failed"]), (&json!(29), &json!(1)));
    assert_eq!((&evaluation["compared_with"], &evaluation["data"]), (&json!("1.0.0"), &json!("upload")));
    let base = "/api/v1/models/animals/versions/1.1.0/evaluations";
    assert_eq!(server.get(base).json()["evaluations"], json!([evaluation]));
    let report = server.get(&format!("{base}/{}", evaluation["id"].as_str().unwrap())).json();
    assert_eq!(report["metrics"], evaluation["metrics"]);
    assert_eq!(report["comparison"]["baseline"]["version"], "1.0.0");
    assert_eq!(server.get(&format!("{base}/latest")).json(), report);
    let page = server.send("GET", &format!("{base}/latest"), "Accept: text/html,*/*;q=0.8\r\n", &[]);
    assert!(page.header("content-type").unwrap().starts_with("text/html"), "{page:?}");
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    assert!(page.body.contains("animals") && page.body.contains("data:image/jpeg;base64,"), "{}", page.body);
    server.get(&format!("{base}/none")).is_problem(404, "no-such-evaluation", "has no report \"none\"");
}

#[test]
fn a_data_set_is_added_once_and_evaluated_by_its_name() {
    let (server, _folder) = server();
    let put = |body: &[u8]| server.send("PUT", "/api/v1/data/photos", &length(body), body);
    let added = put(&archive(10));
    assert_eq!(added.status, 201, "{added:?}");
    assert_eq!(added.json()["samples"], 10);
    assert_eq!(put(&archive(10)).json()["digest"], added.json()["digest"]);
    put(&archive(11)).is_problem(409, "data-exists", "another data set \"photos\" already");
    let answer = post(&server, "/api/v1/evaluate?version=animals@1.0.0&data=photos&wait=true", &[]);
    assert_eq!(answer.json()["result"]["evaluation"]["data_digest"], added.json()["digest"]);
    assert_eq!(server.get("/api/v1/data").json()["data"], json!([added.json()]));
    assert_eq!(server.get("/api/v1/data/photos").json(), added.json());
    assert_eq!(server.send("DELETE", "/api/v1/data/photos", "", &[]).status, 200);
    server.get("/api/v1/data/photos").is_problem(404, "no-such-data", "photos");
}

#[test]
fn what_cannot_be_evaluated_is_refused_and_nothing_is_kept() {
    let (server, folder) = server();
    let evaluate = |query: &str, body: &[u8]| post(&server, &format!("/api/v1/evaluate?{query}&wait=true"), body);
    evaluate("version=animals@9.0.0", &archive(5)).is_problem(404, "no-such-model", "9.0.0");
    evaluate("version=animals@1.0.0", &[]).is_problem(400, "empty-upload", "there is no body");
    evaluate("version=animals@1.0.0&data=nothing", &[]).is_problem(404, "no-such-data", "nothing");
    evaluate("version=animals@1.0.0&resamples=100000000", &archive(5)).is_problem(400, "bad-parameter", "resamples");
    evaluate("version=animals@1.0.0&colour=red", &archive(5)).is_problem(400, "bad-parameter", "colour");
    let refused = evaluate("version=animals@1.0.0", b"no archive");
    let detail = refused.is_problem(422, "bad-data", "is neither a folder, a table")["detail"].to_string();
    assert!(!detail.contains(folder.path().to_str().unwrap()), "it tells where the server keeps its files: {detail}");
    let data = samples::folder(5);
    std::fs::rename(data.path().join("photos/bee"), data.path().join("photos/wasp")).unwrap();
    let unknown = data.path().join("photos.zip");
    samples::zip(data.path(), &unknown);
    let unknown = std::fs::read(unknown).unwrap();
    evaluate("version=animals@1.0.0", &unknown).is_problem(422, "bad-data", "the model has no class \"wasp\"");
    let form = "Content-Type: multipart/form-data; boundary=x\r\n";
    let body = archive(5);
    let sent =
        server.send("POST", "/api/v1/evaluate?version=animals@1.0.0", &(form.to_owned() + &length(&body)), &body);
    sent.is_problem(400, "bad-request", "not in a form");
    let none = server.get("/api/v1/models/animals/versions/1.0.0/evaluations").json();
    assert_eq!(none["evaluations"], json!([]));
    let left =
        std::fs::read_dir(folder.path().join("jobs")).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(left.count(), 0, "uploads are left");
}

#[test]
fn a_gate_refuses_a_worse_version_and_a_hostile_condition_is_an_error() {
    let (server, _folder) = server();
    let deploy = |condition: &str| {
        let request = json!({"model": "animals", "version": "1.1.0", "if": condition});
        document(&server, "/api/v1/deploy", &request)
    };
    deploy("top1_drop <= 0.005").is_problem(409, "gate-refused", "it has no report; evaluate it first");
    for version in ["1.0.0", "1.1.0"] {
        let answer = post(&server, &format!("/api/v1/evaluate?version=animals@{version}&wait=true"), &archive(40));
        assert_eq!(answer.status, 201);
    }
    let refused = deploy("top1_drop <= 0.005 and failed == 0");
    let told = refused.is_problem(409, "gate-refused", "top1_drop <= 0.005 fails: top1_drop is ");
    assert!(
        told["detail"].as_str().unwrap().contains("failed == 0 holds: failed is 0 (on upload, against 1.0.0)"),
        "{told}"
    );
    for hostile in [
        "",
        "1",
        "top1",
        "top1 >= `id`",
        "top1 >= 0.1); DROP TABLE version; --",
        "(((((",
        "topp1 > 0.5",
        &"x".repeat(5000),
    ] {
        let told = deploy(hostile);
        assert_eq!(told.status, 400, "{hostile}: {told:?}");
    }
    assert_eq!(deployed(&server), "1.0.0");
    assert_eq!(deploy("failed == 0 and p99_ms < 60000").status, 200);
    assert_eq!(deployed(&server), "1.1.0");
}

#[test]
fn an_evaluation_that_is_called_off_stops_and_one_that_was_killed_goes_on() {
    let (mut server, folder) = server();
    let data = samples::table(20_000);
    let packed = packed(data.path());
    let answer = server.send("PUT", "/api/v1/data/many", &length(&packed), &packed);
    assert_eq!(answer.status, 201, "{answer:?}");
    let begin = |server: &Server| {
        let answer = post(server, "/api/v1/evaluate?version=animals@1.0.0&data=many&resamples=50", &[]);
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.header("location").unwrap().to_owned()
    };
    let until_it_works = |server: &Server, place: &str| {
        let start = std::time::Instant::now();
        loop {
            let job = server.get(place).json();
            let stage = job["stage"].as_str().unwrap().to_owned();
            if stage.starts_with("evaluating animals 1.0.0: ") && !stage.contains(": 0 of") {
                return;
            }
            assert!(job["state"] == "queued" || job["state"] == "running", "{job}");
            assert!(start.elapsed().as_secs() < 60, "{job}");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    };
    let place = begin(&server);
    until_it_works(&server, &place);
    assert_eq!(server.send("DELETE", &place, "", &[]).json()["state"], "cancelled");
    // The next one waits until the other has let go, and goes on with its answers.
    let place = begin(&server);
    until_it_works(&server, &place);
    server.signal("KILL");
    server.wait();
    let server = Server::start(&[], &["--data-dir", folder.path().to_str().unwrap()]);
    let job = server.get(&format!("{place}?wait=true")).json();
    assert_eq!(job["state"], "succeeded", "{job}");
    let report = server.get("/api/v1/models/animals/versions/1.0.0/evaluations/latest").json();
    assert_eq!(report["evaluated"], 20_000);
    let resumed = report["run"]["resumed"].as_u64().unwrap();
    assert!(resumed > 0, "nothing was left of what was answered before");
    println!("{resumed} of 20000 samples were answered before the server was killed");
}

/// Everything that a table names, as an archive.
fn packed(folder: &Path) -> Vec<u8> {
    let data = maasm_evaluation::data::Dataset::open(&folder.join("many.csv"), &Default::default()).unwrap();
    let mut packed = Vec::new();
    data.pack(&mut packed).unwrap();
    packed
}
