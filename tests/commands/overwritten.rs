//! An output is never one of the inputs, by whatever name.

use crate::commands::place::{Place, program};
use crate::commands::samples;
use crate::http::models::{small, two_inputs};
use maasm_tests::onnx::{encode, small_network};
use std::os::unix::fs::symlink;
use std::path::Path;
use tract_onnx::pb::StringStringEntryProto;
use tract_onnx::pb::tensor_proto::DataLocation;

/// What a command refuses to do.
const REFUSED: &str = "would be replaced, and it is an input";

/// Runs a command that is to be refused, and makes sure that the input is as it was.
#[track_caller]
fn refused(place: &Place, arguments: &[&str], input: &str) {
    let before = std::fs::read(input).unwrap();
    place.fails(arguments, REFUSED);
    assert!(std::fs::read(input).unwrap() == before, "{arguments:?} replaced {input}");
}

/// A folder with a model's files, and their paths.
struct Files {
    place: Place,
    model: String,
    labels: String,
    component: String,
}

impl Files {
    fn new() -> Self {
        let place = Place::local();
        let model = place.file("model.onnx", &encode(&small_network()));
        let labels = place.file("labels.txt", b"ant\nbee\ncat\ndog\neel\n");
        let component = place.file("animals.wasm", &small("animals", "1.0.0"));
        Self { place, model, labels, component }
    }

    /// A path in the folder.
    fn path(&self, name: &str) -> String {
        self.place.folder().join(name).to_str().unwrap().into()
    }

    /// `maasm package` with an output.
    fn package<'a>(&'a self, more: &[&'a str], output: &'a str) -> Vec<&'a str> {
        let start = ["package", &self.model, "--name", "animals", "--version", "1.0.0", "--labels", &self.labels];
        [&start, more, &["-o", output]].concat()
    }
}

#[test]
fn a_package_is_none_of_what_it_is_made_from() {
    let files = Files::new();
    let place = &files.place;
    refused(place, &files.package(&[], &files.model), &files.model);
    refused(place, &files.package(&[], &files.labels), &files.labels);
    let recipe = place.file("recipe.json", b"{}");
    refused(place, &files.package(&["--preprocess", &recipe], &recipe), &recipe);
    let data = samples::folder(5);
    let photos = data.path().join("photos");
    let photo = photos.join("ant/0.png");
    let (photos, photo) = (photos.to_str().unwrap(), photo.to_str().unwrap());
    let quantize = ["--preprocess", "imagenet", "--quantize", "int8", "--calibrate", photos];
    refused(place, &files.package(&quantize, photo), photo);
}

#[test]
fn a_link_is_the_file_that_it_leads_to() {
    let files = Files::new();
    let [symbolic, hard] = ["symbolic.wasm", "hard.wasm"].map(|name| files.path(name));
    symlink(&files.labels, &symbolic).unwrap();
    std::fs::hard_link(&files.labels, &hard).unwrap();
    refused(&files.place, &files.package(&[], &symbolic), &files.labels);
    refused(&files.place, &files.package(&[], &hard), &files.labels);
    let around = format!("{}/../{}/labels.txt", files.place.folder().display(), {
        files.place.folder().file_name().unwrap().to_str().unwrap()
    });
    refused(&files.place, &files.package(&[], &around), &files.labels);
}

#[test]
fn the_data_beside_an_onnx_file_are_inputs() {
    let files = Files::new();
    let mut network = small_network();
    let tensor = &mut network.graph.as_mut().unwrap().initializer[0];
    let data = files.place.file("weights.bin", &tensor.raw_data);
    let location = StringStringEntryProto { key: "location".into(), value: "weights.bin".into() };
    tensor.raw_data.clear();
    tensor.data_location = Some(DataLocation::External as i32);
    tensor.external_data = vec![location];
    std::fs::write(&files.model, encode(&network)).unwrap();
    refused(&files.place, &files.package(&[], &data), &data);
    refused(&files.place, &["inspect", &files.model, "--html", &data], &data);
    files.place.text(&files.package(&[], &files.path("other.wasm")));
}

#[test]
fn a_composed_component_is_not_its_model() {
    let Files { place, component, .. } = &Files::new();
    refused(place, &["compose", component, "-o", component], component);
}

#[test]
fn outputs_of_a_model_are_not_its_inputs() {
    let files = Files::new();
    let data = samples::folder(5);
    let photo = data.path().join("photos/ant/0.png");
    let photo = photo.to_str().unwrap();
    refused(&files.place, &["infer", &files.component, photo, "-o", photo], photo);
    refused(&files.place, &["infer", &files.component, photo, "-o", &files.component], &files.component);
    let both = files.place.file("both.wasm", &two_inputs("both", "1.0.0"));
    let tensor = files.place.file("a.npy", b"not looked at");
    let inputs = [format!("a={tensor}"), format!("b={tensor}")];
    refused(&files.place, &["infer", &both, "--input", &inputs[0], "--input", &inputs[1], "-o", &tensor], &tensor);
}

#[test]
fn a_structure_and_its_page_are_not_the_model() {
    let files = Files::new();
    let (place, model) = (&files.place, &files.model);
    refused(place, &["inspect", model, "--html", model], model);
    refused(place, &["inspect", model, "--structure", "-o", model], model);
    refused(place, &["inspect", model, "--structure", "-o", &files.path("s.json"), "--params-out", model], model);
    let [structure, parameters] = ["own.json", "own.safetensors"].map(|name| files.path(name));
    place.text(&["inspect", model, "--structure", "-o", &structure]);
    let own = ["inspect", "--structure-file", &structure, "--params", &parameters, "--structure", "-o"];
    refused(place, &[&own[..], &[&structure]].concat(), &structure);
    // The parameters would lie beside it.
    let other = files.path("other.json");
    std::fs::hard_link(&parameters, files.path("other.safetensors")).unwrap();
    refused(place, &[&own[..], &[&other]].concat(), &parameters);
    let both = files.path("both.safetensors");
    place.fails(&["inspect", model, "--structure", "-o", &both], "two outputs go to");
    assert!(!Path::new(&both).exists());
}

#[test]
fn an_export_does_not_replace_its_component_even_by_force() {
    let files = Files::new();
    let folder = files.place.folder().to_str().unwrap();
    let exported = ["export", &files.component, folder, "--target", "core", "--force"];
    let names = files.path("names");
    let core = files.place.text(&["export", &files.component, &names, "--target", "core"]);
    // The component has the name that one of the files is to have.
    let name = core.lines().find_map(|line| line.strip_prefix(&format!("{names}/"))).unwrap();
    let component = files.path(name);
    std::fs::rename(&files.component, &component).unwrap();
    refused(&files.place, &["export", &component, exported[2], "--target", "core", "--force"], &component);
}

#[test]
fn a_report_is_neither_data_nor_another_report_nor_the_registrys() {
    let place = Place::local().with(&["1.0.0"]);
    let data = samples::folder(5);
    let photos = data.path().join("photos");
    let first = place.file("first.json", b"{}");
    let photos_text = photos.to_str().unwrap();
    let evaluate = |data: &str, report: &str| {
        ["evaluate", "animals@1.0.0", "--data", data, "--report", report].map(String::from).to_vec()
    };
    let refuse = |arguments: Vec<String>, input: &str| {
        refused(&place, &arguments.iter().map(String::as_str).collect::<Vec<_>>(), input);
    };
    refuse([evaluate(photos_text, &first), vec!["--against".into(), first.clone()]].concat(), &first);
    let sample = photos.join("ant/0.json");
    std::fs::rename(photos.join("ant/0.png"), &sample).unwrap();
    let sample = sample.to_str().unwrap();
    refuse(evaluate(photos_text, sample), sample);
    let table = data.path().join("table.csv");
    std::fs::write(&table, "file,label\nphotos/ant/0.json,ant\n").unwrap();
    refuse(evaluate(table.to_str().unwrap(), sample), sample);
    let index = place.folder().join("index.json");
    let index = index.to_str().unwrap();
    refuse(evaluate(photos_text, index), index);
    refused(&place, &["report", "animals@1.0.0", "-o", index], index);
    let document = place.file("document.json", b"{}");
    let model = ["--model", &document, "--report", &document];
    refused(&place, &[&["tune", "animals@1.0.0", "--data", photos_text][..], &model].concat(), &document);
    let optimize = ["optimize", "animals@1.0.0", "--prune", "0.5", "--evaluate", photos_text];
    refused(&place, &[&optimize[..], &model].concat(), &document);
    refused(
        &place,
        &["optimize", "animals@1.0.0", "--prune", "0.5", "--evaluate", photos_text, "--report", sample],
        sample,
    );
    refused(&place, &["tune", "animals@1.0.0", "--data", photos_text, "--report", sample], sample);
}

#[test]
fn the_settings_are_an_input_of_every_command() {
    let files = Files::new();
    let folder = files.place.folder().join("manual");
    std::fs::create_dir(&folder).unwrap();
    let settings = folder.join("maasm.1");
    std::fs::write(&settings, "data-dir = \"x\"\n").unwrap();
    let output = program().arg("man").arg(&folder).arg("--config").arg(&settings).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), told.contains(REFUSED)), (Some(1), true), "{told}");
    assert_eq!(std::fs::read_to_string(&settings).unwrap(), "data-dir = \"x\"\n");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "nothing was written");
}
