//! A folder of models, and perhaps a server of it, and the program that is to work there.

use crate::http::models::small;
use crate::http::server::{Server, maasm};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Where the program works.
pub struct Place {
    folder: TempDir,
    server: Option<Server>,
    key: Option<String>,
}

/// `maasm` as if nothing were set in the environment.
pub fn program() -> Command {
    let mut command = maasm();
    for variable in ["MAASM_DATA_DIR", "MAASM_SERVER", "MAASM_KEY"] {
        command.env_remove(variable);
    }
    // Not the settings of whoever runs the tests.
    command.env("MAASM_CONFIG", "/dev/null");
    command
}

impl Place {
    /// A folder.
    pub fn local() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), server: None, key: None }
    }

    /// A server.
    pub fn remote() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(&[], &["--data-dir", folder.path().to_str().unwrap()]);
        Self { folder, server: Some(server), key: None }
    }

    /// Both kinds.
    pub fn both() -> [Self; 2] {
        [Self::local(), Self::remote()]
    }

    /// With animals of these versions, of which none is deployed.
    pub fn with(self, versions: &[&str]) -> Self {
        for version in versions {
            self.publish(&small("animals", version));
        }
        self
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The key to bring from now on.
    pub fn bring(&mut self, key: &str) {
        self.key = Some(key.into());
    }

    /// A file beside the models.
    pub fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().into()
    }

    /// Publishes a component.
    fn publish(&self, component: &[u8]) -> Value {
        let file = self.file("model.wasm", component);
        self.json(&["publish", &file])
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = program();
        match &self.server {
            Some(server) => command.env("MAASM_SERVER", format!("http://{}", server.address)),
            None => command.env("MAASM_DATA_DIR", self.folder()),
        };
        command.envs(self.key.iter().map(|key| ("MAASM_KEY", key)));
        command.args(arguments).output().unwrap()
    }

    /// What it tells people.
    #[track_caller]
    pub fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What it tells programs.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let text = self.text(&[arguments, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// Checks that it fails with one line that says this.
    #[track_caller]
    pub fn fails(&self, arguments: &[&str], says: &str) {
        let output = self.run(arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with("error: ") && stderr.trim_end().lines().count() == 1, "{arguments:?}: {stderr}");
        assert!(stderr.contains(says), "{arguments:?} should say {says:?}: {stderr}");
    }
}
