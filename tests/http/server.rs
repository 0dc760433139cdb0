//! The program as a server, and a client for it.

use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// `maasm serve` on a free port; ended when dropped.
pub struct Server {
    process: Child,
    watchdog: Child,
    pub address: SocketAddr,
    /// The first line that it wrote.
    pub greeting: String,
    folder: TempDir,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
    /// The body as it came: not every one is text.
    pub bytes: Vec<u8>,
}

/// `maasm`.
pub fn maasm() -> Command {
    Command::new(env!("CARGO_BIN_EXE_maasm"))
}

impl Server {
    /// Serves these components, with more arguments if need be.
    pub fn start(components: &[&[u8]], arguments: &[&str]) -> Self {
        Self::start_by(maasm(), components, arguments)
    }

    /// The same by this command, which runs the program in an environment of its own.
    pub fn start_by(mut command: Command, components: &[&[u8]], arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..components.len()).map(|i| folder.path().join(format!("{i}.wasm"))).collect();
        for (path, component) in paths.iter().zip(components) {
            std::fs::write(path, component).unwrap();
        }
        command.arg("serve").args(paths).args(arguments);
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        let log = File::create(folder.path().join("log")).unwrap();
        let mut process = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let watchdog = watch(&process);
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let greeting = line.trim().to_owned();
        let base = greeting.strip_prefix("serving on ").and_then(|base| base.split_once("://"));
        let (_, address) = base.unwrap_or_else(|| {
            panic!("it said {greeting:?} and {}", std::fs::read_to_string(folder.path().join("log")).unwrap())
        });
        Self { address: address.parse().unwrap(), greeting, process, watchdog, folder }
    }

    /// Has these bytes recognised.
    pub fn recognize(&self, body: &[u8]) -> Answer {
        self.recognize_with("", body)
    }

    /// Has these bytes recognised with this query, such as `?top_k=1`.
    pub fn recognize_with(&self, query: &str, body: &[u8]) -> Answer {
        self.post(query, "application/octet-stream", body)
    }

    /// Has these bytes recognised, sent as this content type.
    pub fn post(&self, query: &str, content_type: &str, body: &[u8]) -> Answer {
        let headers = format!("Content-Type: {content_type}\r\n{}", length(body));
        self.send("POST", &format!("/api/v1/recognize{query}"), &headers, body)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", &[])
    }

    /// The body of an answer that is no text.
    pub fn get_bytes(&self, path: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.begin("GET", path, "").read_to_end(&mut bytes).unwrap();
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        bytes.split_off(head + 4)
    }

    /// Sends a whole request on a connection of its own and reads the answer to its end.
    pub fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let mut stream = self.begin(method, path, headers);
        stream.write_all(body).unwrap();
        read_answer(stream)
    }

    /// Sends a request's head.
    pub fn begin(&self, method: &str, path: &str, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(head(method, path, &self.address.to_string(), headers).as_bytes()).unwrap();
        stream
    }

    /// The most memory that the process ever took, in MiB.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }

    /// What it wrote to standard error.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Asks the server to end.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends the server this signal.
    pub fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Waits until the process has ended.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for child in [&mut self.watchdog, &mut self.process] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Ends the server when this process ends: what tests share is never dropped.
fn watch(server: &Child) -> Child {
    // Its input ends when the one who holds the other side does.
    let script = ["-c", "cat > /dev/null; kill -9 $0", &server.id().to_string()];
    Command::new("sh").args(script).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// A request's head.
pub fn head(method: &str, path: &str, host: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n")
}

/// The header that tells how long a body is.
pub fn length(body: &[u8]) -> String {
    format!("Content-Length: {}\r\n", body.len())
}

/// Reads an answer until the server closes the connection.
pub fn read_answer(mut stream: impl Read) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no answer, only {:?}", String::from_utf8_lossy(&bytes)));
    let body = bytes.split_off(end + 4);
    let head = String::from_utf8(bytes).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers = lines.filter_map(header).collect();
    Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned(), bytes: body }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// All values of a header that may come more than once.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Checks that this is a problem as RFC 9457 wants it, of this status and kind, whose detail says this; and
    /// returns the document.
    #[track_caller]
    pub fn is_problem(&self, status: u16, kind: &str, says: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let document = self.json();
        assert_eq!(document["type"], format!("urn:maasm:problem:{kind}"));
        assert_eq!(document["status"], status);
        assert!(document["title"].is_string());
        let detail = document["detail"].as_str().unwrap();
        assert!(detail.contains(says), "the detail should say {says:?}, and it is {detail:?}");
        assert_eq!(document["instance"].as_str(), self.header("x-request-id"));
        document
    }

    /// Checks that a model recognised something.
    #[track_caller]
    pub fn is_recognition(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        let document = self.json();
        assert!(!document["predictions"].as_array().unwrap().is_empty());
        document
    }
}
