//! Classifiers as exporters write them: their scores are what onnxruntime says of the same inputs, whether the model gives
//! probabilities, numbers between 0 and 1 or logits, and however its end is written.

use maasm_compile::{Options, compile};
use maasm_engine::{Engine, EngineOptions};
use maasm_graph::{Limits, Source};
use maasm_scores as scores;
use maasm_tests::python;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// The largest difference of scores: floats are summed in another order, and a byte may be rounded the other way.
const NEAR: f64 = 1e-4;
const A_STEP: f64 = 1.2 / 256.0;

/// Of these, components are made, too: their code is the same for all that are told to be the same.
const PACKAGED: [&str; 6] = ["softmax-clip", "softmax-qdq-s8", "average-stack", "sigmoid-qdq", "hard-sigmoid", "relu6"];

/// The models in a folder, and what onnxruntime says of them.
struct Given {
    folder: TempDir,
    answers: Value,
}

fn given() -> Option<Given> {
    let interpreter = python::interpreter()?;
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/inference/scores.py");
    let output = Command::new(interpreter).arg(script).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers = serde_json::from_slice(&std::fs::read(folder.path().join("answers.json")).unwrap()).unwrap();
    Some(Given { folder, answers })
}

impl Given {
    fn models(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.answers["models"].as_object().unwrap().iter().map(|(name, told)| (name.as_str(), told))
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// The inputs as files of NumPy, which samples of models that take tensors are.
    fn samples(&self) -> usize {
        let inputs = self.answers["inputs"].as_array().unwrap();
        for (index, input) in inputs.iter().enumerate() {
            let mut npy = b"\x93NUMPY\x01\x00".to_vec();
            let header = format!("{:117}\n", "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 8, 8), }");
            npy.extend((header.len() as u16).to_le_bytes());
            npy.extend(header.as_bytes());
            npy.extend(numbers(input).iter().flat_map(|&value| (value as f32).to_le_bytes()));
            std::fs::write(self.path(&format!("{index}.npy")), npy).unwrap();
        }
        inputs.len()
    }
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn maasm(folder: &Path, arguments: &[&str]) -> Output {
    let mut maasm = Command::new(env!("CARGO_BIN_EXE_maasm"));
    maasm.env("MAASM_CONFIG", "/dev/null").current_dir(folder).args(arguments).output().unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = maasm(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Turns logits into scores, by the definition of softmax.
fn softmax(logits: &[f64]) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = logits.iter().map(|logit| (logit - largest).exp()).collect();
    powers.iter().map(|power| power / powers.iter().sum::<f64>()).collect()
}

#[test]
fn every_form_is_told_for_what_it_is() {
    let Some(given) = given() else { return };
    for (name, told) in given.models() {
        let source = Source::from_onnx(&given.path(&format!("{name}.onnx")), &Limits::default()).unwrap();
        let compiled = compile(&source.model, &Options::default()).unwrap();
        assert_eq!(told["scores"], scores::spoken(scores::find(&compiled, None)).name(), "{name}");
    }
}

#[test]
fn scores_of_pictures_and_of_tensors_are_onnxruntimes() {
    let Some(given) = given() else { return };
    let folder = given.folder.path();
    let samples = given.samples();
    let recipe = r#"{"image": {"width": 8, "height": 8, "resize": "stretch", "filter": "nearest", "channels": "rgb",
        "layout": "channels-first", "mean": [127.5, 127.5, 127.5], "scale": [0.007843137, 0.007843137, 0.007843137]}}"#;
    std::fs::write(given.path("recipe.json"), recipe).unwrap();
    let pixel = |x: u32, y: u32| image::Rgb([x * 31, y * 31, (x + y) * 16].map(|value| value as u8));
    image::RgbImage::from_fn(8, 8, pixel).save(given.path("picture.png")).unwrap();
    let picture = std::fs::read(given.path("picture.png")).unwrap();
    let engine = Engine::new(EngineOptions::default()).unwrap();
    for (name, told) in given.models().filter(|(name, _)| PACKAGED.contains(name)) {
        let (onnx, component, table) = (format!("{name}.onnx"), format!("{name}.wasm"), format!("{name}.csv"));
        let of = ["--name", "net", "--version", "1.0.0", "--preprocess", "recipe.json", "-o", &component];
        let packaged = maasm(folder, &[&["package", &onnx][..], &of].concat());
        assert!(packaged.status.success(), "{name}: {}", String::from_utf8_lossy(&packaged.stderr));
        let near = if name.contains("qdq") { A_STEP } else { NEAR };
        let outputs: Vec<Vec<f64>> = told["outputs"].as_array().unwrap().iter().map(numbers).collect();
        let expected: Vec<Vec<f64>> =
            outputs.iter().map(|row| if told["scores"] == "logits" { softmax(row) } else { row.clone() }).collect();

        // The last input is the picture.
        let (recognized, expected_of_it) = (
            engine.load(&given.path(&component)).unwrap().recognize(&picture, u32::MAX).unwrap(),
            &expected[samples - 1],
        );
        assert_eq!(recognized.classifications.len(), expected_of_it.len());
        for class in recognized.classifications {
            let (found, expected) = (f64::from(class.score), expected_of_it[class.index as usize]);
            assert!((found - expected).abs() <= near, "{name}, {}: {found} here, {expected} there", class.index);
        }

        // Each sample is said to be of a class that has not its highest score, so that the report tells both.
        let highest = |sample: usize| expected[sample].iter().copied().fold(0.0, f64::max);
        let truth = |sample: usize| expected[sample].iter().position(|score| *score < highest(sample)).unwrap();
        let rows: String = (0..samples).map(|sample| format!("{sample}.npy,{}\n", truth(sample))).collect();
        std::fs::write(given.path(&table), format!("file,label\n{rows}")).unwrap();
        let report = json(folder, &["evaluate", &component, "--data", &table, "--resamples", "0", "--json"]);
        assert_eq!((&report["scores"], &report["failed"]), (&told["scores"], &0.into()), "{name}");
        let mistakes = report["mistakes"].as_array().unwrap();
        assert_eq!(mistakes.len(), samples, "{name}");
        for mistake in mistakes {
            let sample: usize = mistake["sample"].as_str().unwrap().strip_suffix(".npy").unwrap().parse().unwrap();
            for (found, expected) in
                [(&mistake["score"], highest(sample)), (&mistake["expected_score"], expected[sample][truth(sample)])]
            {
                let found = found.as_f64().unwrap();
                assert!((found - expected).abs() <= near, "{name}, {sample}: {found} here, {expected} there");
            }
        }
    }
}

#[test]
fn what_somebody_says_counts_before_what_is_found() {
    let Some(given) = given() else { return };
    let folder = given.folder.path();
    given.samples();
    std::fs::write(given.path("all.csv"), "file,label\n0.npy,0\n1.npy,1\n").unwrap();
    let of = ["--name", "net", "--version", "1.0.0", "-o", "net.wasm"];
    for (told, noted) in [("logits", true), ("sigmoid", true), ("probabilities", false), ("auto", false)] {
        let packaged = maasm(folder, &[&["package", "softmax-clip.onnx", "--scores", told][..], &of].concat());
        let complaint = String::from_utf8_lossy(&packaged.stderr);
        assert!(packaged.status.success(), "{complaint}");
        assert_eq!(complaint.contains("note: the scores are"), noted, "{told}: {complaint}");
        let report = json(folder, &["evaluate", "net.wasm", "--data", "all.csv", "--json"]);
        let expected = if told == "auto" { "probabilities" } else { told };
        assert_eq!(report["scores"], expected);
    }
    let refused = maasm(folder, &[&["package", "softmax-clip.onnx", "--scores", "softmax"][..], &of].concat());
    let complaint = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && complaint.contains("probabilities"), "{complaint}");
}

/// Components that are older than what they say of themselves have neither that section nor its name; here its name is
/// another one, and the seal at the end, which older ones have not either, is cut off.
#[test]
fn an_older_component_is_evaluated_by_what_it_answers() {
    let Some(given) = given() else { return };
    let folder = given.folder.path();
    given.samples();
    std::fs::write(given.path("all.csv"), "file,label\n0.npy,0\n1.npy,1\n").unwrap();
    for (name, told) in given.models().filter(|(name, _)| ["softmax-clip", "raw"].contains(name)) {
        let onnx = format!("{name}.onnx");
        let packaged = maasm(folder, &["package", &onnx, "--name", "net", "--version", "1.0.0", "-o", "net.wasm"]);
        assert!(packaged.status.success(), "{}", String::from_utf8_lossy(&packaged.stderr));
        let evaluate = || json(folder, &["evaluate", "net.wasm", "--data", "all.csv", "--json"]);
        let expected = evaluate();
        let mut component = std::fs::read(given.path("net.wasm")).unwrap();
        let (section, seal) = (b"maasm:package", b"maasm:digest");
        let find = |component: &[u8], name: &[u8]| component.windows(name.len()).rposition(|window| window == name);
        let place = find(&component, section).unwrap();
        component[place..][..section.len()].copy_from_slice(b"maasm:unknown");
        component.truncate(find(&component, seal).unwrap() - 3);
        std::fs::write(given.path("net.wasm"), component).unwrap();
        let found = evaluate();
        assert_eq!((&found["scores"], &found["metrics"]), (&told["scores"], &expected["metrics"]), "{name}");
    }
}
