//! Files of text from other systems: with a byte order mark and CR LF they say the same, and UTF-16 is recognised.

use crate::commands::place::{Place, program};
use crate::commands::samples::{self, animals_that_answer};
use crate::http::server::Server;
use maasm_tests::onnx::{encode, small_network};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::{Value, json};

const LABELS: &str = "ant\nbee\ncat\ndog\neel\n";

/// A text as editors on Windows write it.
fn windows(text: &str) -> Vec<u8> {
    format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes()
}

/// A text as PowerShell's `>` writes it.
fn utf_16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A text in every form that says the same.
fn alike(text: &str) -> [Vec<u8>; 3] {
    [text.into(), windows(text), format!("\u{feff}{text}").into_bytes()]
}

const ENCODED: &str = "the text is encoded as UTF-16 (little-endian); save it as UTF-8";

/// The component that `maasm package` makes of these arguments.
fn package(place: &Place, arguments: &[&str]) -> Vec<u8> {
    let output = place.folder().join("made.wasm");
    place.text(
        &[&["package"], arguments, &["--name", "a", "--version", "1.0.0", "-o", output.to_str().unwrap()]].concat(),
    );
    std::fs::read(output).unwrap()
}

/// The arguments make the same component whatever form the file has, and UTF-16 is refused.
fn packaged_alike(place: &Place, file: &str, text: &str, arguments: &[&str]) {
    let components = alike(text).map(|bytes| {
        place.file(file, &bytes);
        package(place, arguments)
    });
    assert!(components[1..].iter().all(|component| *component == components[0]), "{file}");
    place.file(file, &utf_16(text));
    let output = place.folder().join("none.wasm");
    let output = ["--name", "a", "--version", "1.0.0", "-o", output.to_str().unwrap()];
    place.fails(&[&["package"], arguments, &output].concat(), ENCODED);
}

#[test]
fn labels_and_recipes_are_read_from_any_editor() {
    let place = Place::local();
    let model = place.file("model.onnx", &encode(&small_network()));
    let labels = place.file("labels.txt", LABELS.as_bytes());
    packaged_alike(&place, "labels.txt", LABELS, &[&model, "--labels", &labels]);
    place.file("labels.txt", LABELS.as_bytes());
    // A recipe as this program writes it.
    let recipe = maasm_media::preset("imagenet").unwrap().recipe(8, 8, maasm_plan::recipe::Layout::ChannelsFirst);
    let recipe = serde_json::to_string_pretty(&maasm_plan::Recipe::Image(recipe)).unwrap();
    let file = place.file("recipe.json", recipe.as_bytes());
    packaged_alike(&place, "recipe.json", &recipe, &[&model, "--labels", &labels, "--preprocess", &file]);
}

#[test]
fn structures_are_read_from_any_editor() {
    let place = Place::local();
    let model = place.file("model.onnx", &encode(&small_network()));
    let file = place.folder().join("model.json");
    let file = file.to_str().unwrap();
    place.text(&["inspect", &model, "--structure", "-o", file]);
    let text = std::fs::read_to_string(file).unwrap();
    let parameters = place.folder().join("model.safetensors");
    let inspect = ["inspect", "--structure-file", file, "--params", parameters.to_str().unwrap(), "--json"];
    let told = alike(&text).map(|bytes| {
        place.file("model.json", &bytes);
        let mut told: Value = serde_json::from_str(&place.text(&inspect)).unwrap();
        // The digest is that of the bytes.
        told.as_object_mut().unwrap().remove("digest");
        told
    });
    assert_eq!([&told[1], &told[2]], [&told[0]; 2]);
    place.file("model.json", &utf_16(&text));
    place.fails(&inspect, ENCODED);
}

#[test]
fn documents_are_read_from_any_editor() {
    let place = Place::local();
    let model = place.file("model.onnx", &encode(&small_network()));
    let structure: Value = serde_json::from_str(&place.text(&["inspect", &model, "--structure"])).unwrap();
    let mut parameters = serde_json::Map::new();
    for (name, shape) in structure["parameters"].as_object().unwrap() {
        let shape: Vec<u64> = serde_json::from_value(shape["shape"].clone()).unwrap();
        let whole = shape.iter().rev().fold(json!(0.5), |inner, &extent| json!(vec![inner; extent as usize]));
        parameters.insert(name.clone(), whole);
    }
    parameters.insert("features".into(), json!([1, 4]));
    let document = json!({ "name": "told", "structure": structure, "params": parameters });
    let text = serde_json::to_string_pretty(&document).unwrap();
    let inspect = |bytes: &[u8]| {
        let file = place.file("document.json", bytes);
        let mut told: Value = serde_json::from_str(&place.text(&["inspect", &file, "--json"])).unwrap();
        told.as_object_mut().unwrap().remove("digest");
        told
    };
    let told = alike(&text).map(|bytes| inspect(&bytes));
    assert_eq!([&told[1], &told[2]], [&told[0]; 2]);
    let file = place.file("document.json", &windows(&text));
    assert_eq!(place.json(&["publish", &file])["version"]["name"], "told");
    place.file("document.json", &utf_16(&text));
    place.fails(&["inspect", &file], ENCODED);
    place.fails(&["publish", &file], ENCODED);
}

#[test]
fn a_server_reads_labels_from_any_editor() {
    let place = Place::remote();
    let model = place.file("model.onnx", &encode(&small_network()));
    let labels = place.file("labels.txt", &windows(LABELS));
    place.json(&["publish", &model, "--name", "animals", "--labels", &labels, "--preprocess", "imagenet", "--deploy"]);
    let data = samples::folder(5);
    let photos = data.path().join("photos");
    // Every folder's name is a class of the model.
    place.json(&["evaluate", "animals", "--data", photos.to_str().unwrap()]);
    place.file("labels.txt", &utf_16(LABELS));
    place.fails(&["publish", &model, "--name", "animals", "--labels", &labels], ENCODED);
}

#[test]
fn tables_and_reports_are_read_from_any_editor() {
    let place = Place::local().with(&["1.0.0"]);
    place.json(&["publish", &place.file("other.wasm", &animals_that_answer("1.1.0", false))]);
    let data = samples::folder(5);
    let report = place.folder().join("report.json");
    let report = report.to_str().unwrap();
    for (name, text) in [
        ("table.csv", "file,label\nphotos/ant/0.png,ant\nphotos/bee/1.png,bee\n"),
        (
            "table.jsonl",
            "{\"file\":\"photos/ant/0.png\",\"label\":\"ant\"}\n{\"file\":\"photos/bee/1.png\",\"label\":\"bee\"}\n",
        ),
    ] {
        let table = data.path().join(name);
        let evaluate = ["evaluate", "animals@1.0.0", "--data", table.to_str().unwrap()];
        for bytes in alike(text) {
            std::fs::write(&table, bytes).unwrap();
            assert_eq!(place.json(&[&evaluate[..], &["--report", report]].concat())["evaluated"], 2);
        }
        let against = ["evaluate", "animals@1.1.0", "--data", evaluate[3], "--against", report];
        let text = std::fs::read_to_string(report).unwrap();
        for bytes in alike(&text) {
            std::fs::write(report, bytes).unwrap();
            assert!(place.json(&against)["comparison"].is_object());
        }
        std::fs::write(report, utf_16(&text)).unwrap();
        place.fails(&against, ENCODED);
        std::fs::write(&table, utf_16("file,label\n")).unwrap();
        place.fails(&evaluate, ENCODED);
    }
}

#[test]
fn settings_and_secrets_are_read_from_any_editor() {
    let place = Place::local();
    let folder = place.folder().to_str().unwrap();
    let secret = place.json(&["key", "create", "--name", "first", "--role", "infer"])["secret"].clone();
    for (index, bytes) in alike(&format!("{}\n", secret.as_str().unwrap())).into_iter().enumerate() {
        let other = Place::local();
        let file = place.file("secret", &bytes);
        other.text(&["key", "create", "--name", "copy", "--role", "infer", "--secret-file", &file]);
        assert_eq!(other.json(&["key", "list"])["keys"].as_array().unwrap().len(), 1, "form {index}");
    }
    let file = place.file("secret", &utf_16("maasm"));
    place.fails(&["key", "create", "--name", "a", "--role", "infer", "--secret-file", &file], ENCODED);

    let text = format!("data-dir = {folder:?}\n[list]\nlimit = 1\n");
    for bytes in alike(&text) {
        let settings = place.file("maasm.toml", &bytes);
        let ran = program().args(["key", "list", "--json", "--config", &settings]).output().unwrap();
        assert!(String::from_utf8_lossy(&ran.stdout).contains("first"), "{ran:?}");
    }
    let settings = place.file("maasm.toml", &utf_16(&text));
    place.fails(&["list", "--config", &settings], ENCODED);
}

#[test]
fn certificates_are_read_from_any_editor() {
    let place = Place::local();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (cert.pem(), signing_key.serialize_pem());
    let [certificate_file, key_file] =
        [("c.pem", &certificate), ("k.pem", &key)].map(|(name, text)| place.file(name, &windows(text)));
    let data = place.folder().to_str().unwrap();
    let serve = ["--data-dir", data, "--tls-cert", &certificate_file, "--tls-key", &key_file];
    assert!(Server::start(&[], &serve).greeting.starts_with("serving on https://"));
    place.file("c.pem", &utf_16(&certificate));
    place.fails(&[&["serve", "--listen", "127.0.0.1:0"], &serve[..]].concat(), ENCODED);
}

#[test]
fn labels_of_another_form_are_told_which_form_is_wanted() {
    let place = Place::local();
    let model = place.file("model.onnx", &encode(&small_network()));
    for (name, text, form) in [
        ("labels.json", "[\"ant\", \"bee\", \"cat\", \"dog\", \"eel\"]\n", "JSON"),
        ("labels.txt", "{\"0\": \"ant\", \"1\": \"bee\"}", "JSON"),
        ("labels.csv", "index,label\n0,ant\n1,bee\n2,cat\n3,dog\n4,eel\n", "a table"),
        ("labels.csv", "label\nant\nbee\ncat\ndog\neel\n", "a table"),
        ("labels.txt", "0\tant\n1\tbee\n2\tcat\n3\tdog\n4\teel\n", "a table"),
    ] {
        let labels = place.file(name, text.as_bytes());
        let output = place.folder().join("none.wasm");
        let arguments = ["--name", "a", "--version", "1.0.0", "--labels", &labels, "-o", output.to_str().unwrap()];
        let says = format!("are {form}; write the classes' names alone, one a line");
        place.fails(&[&["package", &model], &arguments[..]].concat(), &says);
    }
}
