//! Commands that are interrupted leave nothing in the folder for temporary files, and what killed ones left goes with the
//! next.

use crate::commands::place::{Place, program};
use crate::commands::samples::{self, animals_that_answer};
use crate::http::models::small;
use maasm_tests::onnx::{encode, small_network};
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Signals that end a process and can be caught, as signal(7) lists them.
const SIGNALS: [(&str, i32); 8] =
    [("HUP", 1), ("INT", 2), ("QUIT", 3), ("USR1", 10), ("USR2", 12), ("ALRM", 14), ("TERM", 15), ("XCPU", 24)];

/// A folder for temporary files, and files to work on.
struct Desk {
    place: Place,
    temporary: TempDir,
    data: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { place: Place::local(), temporary: tempfile::tempdir().unwrap(), data: samples::table(12_000) }
    }

    fn left(&self) -> Vec<OsString> {
        std::fs::read_dir(self.temporary.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    fn table(&self) -> String {
        self.data.path().join("many.csv").display().to_string()
    }

    /// `maasm evaluate FILE`, which takes its time.
    fn evaluate(&self) -> Vec<String> {
        let component = self.place.file("animals.wasm", &small("animals", "1.0.0"));
        ["evaluate", &component, "--data", &self.table(), "--threads", "1"].map(String::from).into()
    }

    fn command(&self, arguments: &[String]) -> Command {
        let mut command = program();
        command.env("TMPDIR", self.temporary.path());
        // A server of files keeps them in a folder of its own if it has no other.
        if arguments[0] != "serve" {
            command.env("MAASM_DATA_DIR", self.place.folder());
        }
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Starts a command, and waits until it has something temporary.
    #[track_caller]
    fn start(&self, arguments: &[String]) -> Running {
        let before = self.left();
        let mut process = Running(self.command(arguments).spawn().unwrap());
        self.until(|| {
            assert!(process.0.try_wait().unwrap().is_none(), "{arguments:?} ended before it could be interrupted");
            self.left().iter().any(|name| !before.contains(name))
        });
        process
    }

    #[track_caller]
    fn until(&self, mut done: impl FnMut() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// A process that ends with the test, whatever becomes of it.
struct Running(Child);

impl Running {
    fn signal(&self, name: &str) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    fn wait(&mut self) -> ExitStatus {
        self.0.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The processes that work for somebody who works in this folder.
fn working(folder: &Path) -> Vec<PathBuf> {
    let processes = std::fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    let name = folder.as_os_str().as_encoded_bytes();
    let works = |process: &PathBuf| {
        let line = std::fs::read(process.join("cmdline")).unwrap_or_default();
        line.windows(name.len()).any(|part| part == name)
    };
    processes.filter(works).collect()
}

#[test]
fn every_signal_that_can_be_caught_takes_the_temporary_folder_with_it() {
    let desk = Desk::new();
    for (name, number) in SIGNALS {
        let mut process = desk.start(&desk.evaluate());
        process.signal(name);
        let status = process.wait();
        assert_eq!(status.signal(), Some(number), "it ends by SIG{name} itself: {status}");
        assert_eq!(desk.left(), Vec::<OsString>::new(), "SIG{name}");
    }
}

#[test]
fn publishing_optimising_and_tuning_leave_nothing() {
    let desk = Desk::new();
    let model = desk.place.file("model.onnx", &encode(&small_network()));
    let labels = desk.place.file("labels.txt", b"ant\nbee\ncat\ndog\neel\n");
    let publish = ["publish", &model, "--name", "net", "--labels", &labels, "--preprocess", "imagenet"];
    desk.place.json(&publish);
    let table = desk.table();
    let commands = [
        publish.map(String::from).to_vec(),
        ["optimize", "net@1.0.0", "--prune", "0.5", "--evaluate", &table].map(String::from).to_vec(),
        ["tune", "net@1.0.0", "--data", &table].map(String::from).to_vec(),
    ];
    for command in &commands {
        for name in ["INT", "TERM"] {
            let mut process = desk.start(command);
            process.signal(name);
            assert!(process.wait().signal().is_some(), "{command:?}");
            assert_eq!(desk.left(), Vec::<OsString>::new(), "{command:?}, SIG{name}");
            // Nor does what compiled for it go on.
            desk.until(|| working(desk.temporary.path()).is_empty());
        }
    }
}

#[test]
fn what_a_killed_command_left_goes_with_the_next_one() {
    let desk = Desk::new();
    let mut process = desk.start(&desk.evaluate());
    process.signal("KILL");
    process.wait();
    assert_eq!(desk.left().len(), 1);
    let component = desk.place.file("other.wasm", &animals_that_answer("1.0.0", true));
    let mut server = desk.start(&["serve", &component, "--listen", "127.0.0.1:0"].map(String::from));
    desk.until(|| desk.left().len() == 1);
    let servers = desk.left();

    // A server that lives keeps its own.
    let mut other = desk.start(&desk.evaluate());
    assert!(desk.left().contains(&servers[0]));
    other.signal("TERM");
    other.wait();
    assert_eq!(desk.left(), servers);
    server.signal("KILL");
    server.wait();
    let mut last = desk.start(&desk.evaluate());
    last.signal("TERM");
    last.wait();
    assert_eq!(desk.left(), Vec::<OsString>::new());
}

#[test]
fn a_server_of_files_leaves_nothing_when_it_is_told_to_end() {
    let desk = Desk::new();
    let component = desk.place.file("animals.wasm", &small("animals", "1.0.0"));
    for name in ["TERM", "INT", "HUP"] {
        let mut server = desk.start(&["serve", &component, "--listen", "127.0.0.1:0"].map(String::from));
        server.signal(name);
        server.wait();
        assert_eq!(desk.left(), Vec::<OsString>::new(), "SIG{name}");
    }
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let desk = Desk::new();
    let table = samples::table(200);
    let mut evaluate = desk.evaluate();
    evaluate[3] = table.path().join("many.csv").display().to_string();
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_maasm")]).args(&evaluate);
    shell.env("TMPDIR", desk.temporary.path()).env("MAASM_CONFIG", "/dev/null").stdout(Stdio::null());
    let mut process = Running(shell.spawn().unwrap());
    desk.until(|| !desk.left().is_empty());
    process.signal("HUP");
    assert!(process.wait().success(), "as under nohup(1)");
    assert_eq!(desk.left(), Vec::<OsString>::new());
}
