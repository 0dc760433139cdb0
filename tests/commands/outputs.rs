//! Where outputs go: into files, which are replaced whole or not at all, and through everything else.

use crate::commands::place::{Place, program};
use crate::commands::samples;
use crate::http::models::small;
use maasm_tests::onnx::{encode, small_network};
use std::fs::Permissions;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder with `model.onnx` and `animals.wasm`, and a picture.
struct Desk {
    place: Place,
    picture: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let place = Place::local();
        place.file("model.onnx", &encode(&small_network()));
        place.file("animals.wasm", &small("animals", "1.0.0"));
        Self { place, picture: samples::folder(5) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.folder().join(name)
    }

    /// Every command that writes one file, without its `-o FILE`.
    fn commands(&self) -> Vec<Vec<String>> {
        let [model, component] = ["model.onnx", "animals.wasm"].map(|name| self.path(name).display().to_string());
        let picture = self.picture.path().join("photos/ant/0.png").display().to_string();
        let words = |line: &[&str]| line.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        vec![
            words(&["package", &model, "--name", "animals", "--version", "1.0.0", "-o"]),
            words(&["compose", &component, "-o"]),
            words(&["infer", &component, &picture, "-o"]),
            words(&["inspect", &model, "--html"]),
            words(&["inspect", &model, "--structure", "-o"]),
        ]
    }

    fn run(&self, command: &[String], output: &Path) -> Output {
        program().args(command).arg(output).output().unwrap()
    }

    /// Runs a command that succeeds.
    #[track_caller]
    fn write(&self, command: &[String], output: &Path) -> Output {
        let ran = self.run(command, output);
        assert!(ran.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ran.stderr));
        ran
    }

    /// What the command writes into a file that is not there yet.
    fn expected(&self, command: &[String]) -> Vec<u8> {
        let path = self.path("expected");
        let _ = std::fs::remove_file(&path);
        self.write(command, &path);
        std::fs::read(path).unwrap()
    }
}

/// Makes a device like that of the system, where this user may.
fn device(path: &Path, minor: &str) -> bool {
    Command::new("mknod").arg(path).args(["c", "1", minor]).output().is_ok_and(|made| made.status.success())
}

#[test]
fn standard_output_gets_the_file_and_nothing_else() {
    let desk = Desk::new();
    for command in desk.commands() {
        let expected = desk.expected(&command);
        let written = desk.write(&command, &desk.path("other"));
        for name in ["-", "/dev/stdout", "/dev/fd/1"] {
            let ran = desk.write(&command, Path::new(name));
            assert!(ran.stdout == expected, "{command:?} {name}: {} bytes", ran.stdout.len());
            // What is told otherwise on standard output.
            let lines = |text: &[u8]| text.iter().filter(|&&byte| byte == b'\n').count();
            assert_eq!(lines(&ran.stderr), lines(&written.stdout), "{command:?}");
        }
    }
    let package = &desk.commands()[0];
    let expected = desk.expected(package);
    let ran = program().args(package).args(["-", "--progress", "json"]).output().unwrap();
    assert!(ran.stdout == expected);
    let last = String::from_utf8(ran.stderr).unwrap();
    let last: serde_json::Value = serde_json::from_str(last.lines().last().unwrap()).unwrap();
    assert_eq!((&last["stage"], &last["size"]), (&"done".into(), &expected.len().into()));
}

#[test]
fn a_report_goes_to_standard_output_as_json() {
    let place = Place::local().with(&["1.0.0"]);
    let photos = samples::folder(5);
    let photos = photos.path().join("photos");
    let photos = photos.to_str().unwrap();
    let evaluated = place.run(&["evaluate", "animals@1.0.0", "--data", photos, "--report", "-"]);
    let told = String::from_utf8(evaluated.stderr).unwrap();
    assert!(evaluated.status.success() && told.contains("accuracy"), "{told}");
    let reported = place.run(&["report", "animals@1.0.0", "-o", "/dev/stdout"]);
    let [first, second] =
        [evaluated.stdout, reported.stdout].map(|text| serde_json::from_slice::<serde_json::Value>(&text).unwrap());
    assert_eq!(first["schema"], "maasm-evaluation/1");
    assert_eq!(first["data"], second["data"]);
    assert_eq!(first["metrics"], second["metrics"]);
}

#[test]
fn a_pipe_and_a_device_stay_what_they_are() {
    let desk = Desk::new();
    let (pipe, null, full) = (desk.path("pipe"), desk.path("null"), desk.path("full"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let devices = device(&null, "3") && device(&full, "7");
    for command in desk.commands() {
        let expected = desk.expected(&command);
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::read(pipe).unwrap()
        });
        desk.write(&command, &pipe);
        assert!(pipe.metadata().unwrap().file_type().is_fifo(), "{command:?}");
        assert!(reader.join().unwrap() == expected, "{command:?}");
        if devices {
            desk.write(&command, &null);
            assert!(null.metadata().unwrap().file_type().is_char_device(), "{command:?}");
            // A device of which every write fails: full(4).
            let ran = desk.run(&command, &full);
            assert_eq!(ran.status.code(), Some(1), "{command:?}");
            assert!(String::from_utf8_lossy(&ran.stderr).contains("cannot write"), "{command:?}");
            assert!(full.metadata().unwrap().file_type().is_char_device(), "{command:?}");
        }
    }
    let left = std::fs::read_dir(desk.place.folder()).unwrap().map(|entry| entry.unwrap().file_name());
    let hidden: Vec<_> = left.filter(|name| name.to_str().unwrap().starts_with('.')).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn a_link_stays_and_what_it_leads_to_is_written() {
    let desk = Desk::new();
    let (folder, target, link) = (desk.path("folder"), desk.path("folder/target"), desk.path("link"));
    std::fs::create_dir(&folder).unwrap();
    symlink("folder/target", &link).unwrap();
    for command in desk.commands() {
        let expected = desk.expected(&command);
        // Once it leads to nothing, and once to a file.
        let _ = std::fs::remove_file(&target);
        for _ in 0..2 {
            desk.write(&command, &link);
            assert_eq!(std::fs::read_link(&link).unwrap(), Path::new("folder/target"), "{command:?}");
            assert!(std::fs::read(&target).unwrap() == expected, "{command:?}");
        }
    }
}

#[test]
fn a_file_keeps_its_mode_and_a_new_one_has_the_users() {
    let desk = Desk::new();
    let (old, new) = (desk.path("old"), desk.path("new"));
    for command in desk.commands() {
        std::fs::write(&old, "before").unwrap();
        std::fs::set_permissions(&old, Permissions::from_mode(0o600)).unwrap();
        desk.write(&command, &old);
        assert_eq!(old.metadata().unwrap().mode() & 0o7777, 0o600, "{command:?}");
        let _ = std::fs::remove_file(&new);
        let script = format!("umask 027; exec \"$@\" {}", new.display());
        let ran = Command::new("sh").args(["-c", &script, "sh", env!("CARGO_BIN_EXE_maasm")]).args(&command).output();
        assert!(ran.unwrap().status.success(), "{command:?}");
        assert_eq!(new.metadata().unwrap().mode() & 0o7777, 0o640, "{command:?}");
    }
}

#[test]
fn a_file_that_cannot_be_written_to_its_end_is_as_it_was() {
    let desk = Desk::new();
    let file = desk.path("kept.html");
    let names = || {
        let mut names: Vec<_> =
            std::fs::read_dir(desk.place.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    std::fs::write(&file, "before").unwrap();
    let before = names();
    // A kibibyte or two: less than any of the outputs.
    for command in &desk.commands()[..2] {
        let script = "ulimit -f 2; exec \"$@\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh", env!("CARGO_BIN_EXE_maasm")]).args(command).arg(&file);
        let ran = shell.output().unwrap();
        assert!(ran.status.signal().is_some() || ran.status.code() == Some(1), "{command:?}: {ran:?}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "before", "{command:?}");
        assert_eq!(names(), before, "{command:?}");
    }
}

#[test]
fn a_place_that_cannot_be_written_to_is_told_before_the_work() {
    let place = Place::local();
    // None of these is a model: who looks at them first says so.
    let wrong = place.file("wrong", b"no model");
    let folder = place.folder().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let (missing, folder) = (place.folder().join("nodir/o.html").display().to_string(), folder.display().to_string());
    for command in [
        &["package", &wrong, "--name", "a", "--version", "1.0.0", "-o"][..],
        &["compose", &wrong, "-o"],
        &["infer", &wrong, &wrong, "-o"],
        &["inspect", &wrong, "--html"],
        &["inspect", &wrong, "--structure", "-o"],
        &["evaluate", "nothing@1.0.0", "--data", &wrong, "--report"],
        &["report", "nothing@1.0.0", "-o"],
        &["optimize", "nothing@1.0.0", "--prune", "0.5", "--evaluate", &wrong, "--report"],
        &["tune", "nothing@1.0.0", "--data", &wrong, "--report"],
    ] {
        place.fails(&[command, &[&missing]].concat(), "nodir does not exist; make it first");
        if !command.contains(&"--report") && command[0] != "report" {
            place.fails(&[command, &[&folder]].concat(), "is a folder; name a file in it");
            place.fails(&[command, &[&format!("{wrong}/o.html")]].concat(), "cannot write");
            place.fails(&[command, &[&format!("{folder}/new/")]].concat(), "names no file");
        }
    }
    place.fails(&["export", &wrong, &wrong, "--target", "node"], "is not a folder");
    place.fails(&["man", &wrong], "is not a folder");
    assert!(!place.folder().join("nodir").exists());
}
