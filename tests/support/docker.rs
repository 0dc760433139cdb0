//! Docker's registry, as a program of its own.

use crate::skip;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A registry on a free port; ended when dropped.
pub struct Docker {
    process: Child,
    /// Where it listens.
    pub address: SocketAddr,
    folder: TempDir,
}

/// User `tester`, password `secret`, hashed by bcrypt as `htpasswd -B` does.
const USERS: &str = "tester:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

impl Docker {
    /// A registry for everybody; nothing, and the reason printed, where there is none to start.
    pub fn start() -> Option<Self> {
        Self::start_with("")
    }

    /// A registry for `tester` with the password `secret`.
    pub fn start_guarded() -> Option<Self> {
        Self::start_with("auth: {htpasswd: {realm: tests, path: FOLDER/users}}\n")
    }

    fn start_with(more: &str) -> Option<Self> {
        let Some(program) = program() else {
            skip::for_want_of("docker-registry (MAASM_DOCKER_REGISTRY names it)");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        // Somebody may take the port in between: then another.
        for _ in 0..5 {
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let mut process = serve(&program, folder.path(), address, more);
            if is_up(&mut process, address) {
                return Some(Self { process, address, folder });
            }
        }
        panic!("the registry does not start: {}", std::fs::read_to_string(folder.path().join("log")).unwrap());
    }

    /// Every blob that it keeps, manifests included.
    pub fn blobs(&self) -> Vec<PathBuf> {
        fn files(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { files(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        files(&self.folder.path().join("docker/registry/v2/blobs"), &mut found);
        found
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program() -> Option<PathBuf> {
    let named = std::env::var_os("MAASM_DOCKER_REGISTRY").map(PathBuf::from);
    named.or_else(|| Some("/usr/bin/docker-registry".into()).filter(|path: &PathBuf| path.exists()))
}

fn serve(program: &Path, folder: &Path, address: SocketAddr, more: &str) -> Child {
    let root = folder.display().to_string();
    let more = more.replace("FOLDER", &root);
    std::fs::write(folder.join("users"), USERS).unwrap();
    let configuration = format!(
        "version: 0.1\nlog: {{level: warn, accesslog: {{disabled: true}}}}\n\
         storage: {{filesystem: {{rootdirectory: {root}}}}}\nhttp: {{addr: '{address}'}}\n{more}"
    );
    let file = folder.join("config.yml");
    std::fs::write(&file, configuration).unwrap();
    let log = std::fs::File::create(folder.join("log")).unwrap();
    Command::new(program).arg("serve").arg(file).stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

fn is_up(process: &mut Child, address: SocketAddr) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) && process.try_wait().unwrap().is_none() {
        if TcpStream::connect(address).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = process.kill();
    let _ = process.wait();
    false
}
