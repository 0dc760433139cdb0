//! A composed service in another project's host answers as `maasm serve` does: the same JSON and the same errors.

use crate::hosts::own::Sample;
use maasm_package::Simd;
use maasm_trials::client::Answer;
use maasm_trials::hosts::{Served, output, wash, wash_dev, wasmtime};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The sample's component composed with the front.
pub fn composed(sample: &Sample) -> PathBuf {
    let service = sample.folder.path().join("service.wasm");
    let mut maasm = Command::new(env!("CARGO_BIN_EXE_maasm"));
    output(maasm.arg("compose").arg(&sample.component).arg("-o").arg(&service)).unwrap();
    service
}

/// Our own server.
fn own(sample: &Sample) -> Served {
    let started = Served::start("small", &sample.picture, |address| {
        let mut maasm = Command::new(env!("CARGO_BIN_EXE_maasm"));
        maasm.arg("serve").arg(&sample.component).args(["--listen", &address.to_string()]).stderr(Stdio::null());
        Ok(maasm)
    });
    started.unwrap()
}

/// The composed service in the hosts that are there: `wasmtime serve` and wasmCloud's `wash dev`.
fn others(sample: &Sample) -> Vec<(&'static str, Served)> {
    let service = composed(sample);
    let serve = |make: &dyn Fn(SocketAddr) -> anyhow::Result<Command>| {
        Served::start("small", &sample.picture, make).unwrap_or_else(|error| panic!("{error:#}"))
    };
    let mut others = Vec::new();
    if let Some(wasmtime) = wasmtime() {
        let started = serve(&|address| {
            let mut command = Command::new(&wasmtime);
            command.args(["serve", "--addr", &address.to_string()]).arg(&service).stderr(Stdio::null());
            Ok(command)
        });
        others.push(("wasmtime serve", started));
    }
    if let Some(wash) = wash() {
        let project = sample.folder.path().join("wash");
        others.push(("wash dev", serve(&|address| wash_dev(&wash, &service, &project, address))));
    }
    others
}

/// An answer without what differs from request to request.
fn lasting(Answer { status, mut body }: Answer) -> (u16, Value) {
    if let Some(members) = body.as_object_mut() {
        for member in ["timings_ms", "instance"] {
            members.remove(member);
        }
    }
    (status, body)
}

#[test]
fn every_answer_is_that_of_our_server() {
    let sample = Sample::new(Simd::Relaxed);
    let others = others(&sample);
    let picture = std::fs::read(&sample.picture).unwrap();
    let values: Vec<f32> = (0..192).map(|index| index as f32 / 192.0).collect();
    let tensor =
        |shape: Value| json!({"inputs": [{"name": "image", "shape": shape, "datatype": "FP32", "data": values}]});
    let right = tensor(json!([1, 3, 8, 8])).to_string().into_bytes();
    let wrong = tensor(json!([1, 8, 8, 3])).to_string().into_bytes();
    let own = own(&sample);
    let requests: [(&str, &str, &[u8]); 34] = [
        ("POST", "/api/v1/recognize", &picture),
        ("POST", "/api/v1/recognize?top_k=2", &picture),
        ("POST", "/api/v1/recognize?top_k=0", &picture),
        ("POST", "/api/v1/recognize?topk=2", &picture),
        ("POST", "/api/v1/recognize?model=small&version=1.0.0", &picture),
        ("POST", "/api/v1/recognize?version=^1", &picture),
        ("POST", "/api/v1/recognize?version=latest", &picture),
        ("POST", "/api/v1/recognize?version=2.0.0", &picture),
        ("POST", "/api/v1/recognize?version=stable", &picture),
        ("POST", "/api/v1/recognize?version=1.x.y", &picture),
        ("POST", "/api/v1/recognize?model=large", &picture),
        ("POST", "/api/v1/recognize", b""),
        ("POST", "/api/v1/recognize", b"hello"),
        ("POST", "/api/v1/recognize", &picture[..picture.len() / 3]),
        ("GET", "/api/v1/recognize", b""),
        ("POST", "/api/v1/infer", &picture),
        ("POST", "/api/v1/infer", &right),
        ("POST", "/api/v1/infer", &wrong),
        ("POST", "/api/v1/infer", b"{\"inputs\": 1}"),
        ("POST", "/api/v1/infer?top_k=1", &right),
        ("GET", "/healthz", b""),
        ("GET", "/v2", b""),
        ("GET", "/v2/health/live", b""),
        ("GET", "/v2/health/ready", b""),
        ("GET", "/v2/models/small", b""),
        ("GET", "/v2/models/small/versions/1.0.0", b""),
        ("GET", "/v2/models/small/ready", b""),
        ("GET", "/v2/models/large", b""),
        ("POST", "/v2/repository/index", b""),
        ("POST", "/v2/models/small/infer", &right),
        ("POST", "/v2/models/small/versions/1.0.0/infer", &wrong),
        ("POST", "/v2/models/small/versions/7.0.0/infer", &right),
        ("POST", "/v2/models/small/infer", b"{}"),
        ("GET", "/nothing", b""),
    ];
    for (method, path, body) in requests {
        let ask = |server: &Served| lasting(server.client().send(method, path, None, body).unwrap());
        let expected = ask(&own);
        for (name, other) in &others {
            assert_eq!(ask(other), expected, "{name}: {method} {path}, {} bytes", body.len());
        }
    }
}

#[test]
fn a_batch_of_labelled_samples_is_evaluated_as_the_command_does() {
    let sample = Sample::new(Simd::Relaxed);
    let folder = sample.folder.path().join("photographs");
    let picture = std::fs::read(&sample.picture).unwrap();
    for (class, count) in [("ant", 3), ("dog", 2), ("eel", 1)] {
        std::fs::create_dir_all(folder.join(class)).unwrap();
        for index in 0..count {
            std::fs::write(folder.join(format!("{class}/{index}.jpg")), &picture).unwrap();
        }
    }
    std::fs::write(folder.join("eel/broken.jpg"), &picture[..100]).unwrap();
    let report = sample.folder.path().join("report.json");
    let mut maasm = Command::new(env!("CARGO_BIN_EXE_maasm"));
    maasm.arg("evaluate").arg(&sample.component).arg("--data").arg(&folder).arg("--report").arg(&report);
    output(&mut maasm).unwrap();
    let expected: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();

    let archive = sample.folder.path().join("photographs.tar");
    output(Command::new("tar").arg("-C").arg(&folder).arg("-cf").arg(&archive).arg(".")).unwrap();
    let others = others(&sample);
    let Some((_, other)) = others.first() else { return };
    let client = other.client();
    let found = client.post("/api/v1/evaluate", &std::fs::read(&archive).unwrap()).unwrap();
    assert_eq!(found.status, 200, "{found:?}");
    for part in ["evaluated", "failed", "confusions", "calibration", "failures"] {
        assert_eq!(found.body[part], expected[part], "{part}");
    }
    let metrics = found.body["metrics"].as_object().unwrap();
    assert!(metrics.len() > 10, "{metrics:?}");
    for (name, metric) in metrics {
        assert_eq!(metric["value"], expected["metrics"][name]["value"], "{name}");
    }
    let problem = client.post("/api/v1/evaluate", b"no archive").unwrap();
    assert_eq!((problem.status, problem.problem()), (422, "bad-data"), "{problem:?}");
}

#[test]
fn what_is_no_model_is_not_composed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("front.wasm");
    let mut maasm = Command::new(env!("CARGO_BIN_EXE_maasm"));
    output(maasm.args(["compose", "--front", "-o"]).arg(&file)).unwrap();
    for wrong in [&file, &folder.path().join("absent.wasm")] {
        let mut maasm = Command::new(env!("CARGO_BIN_EXE_maasm"));
        let output = maasm.arg("compose").arg(wrong).arg("-o").arg(folder.path().join("x.wasm")).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.trim().lines().count() == 1, "{said}");
        assert!(said.contains("made by `maasm package`"), "{said}");
    }
}
