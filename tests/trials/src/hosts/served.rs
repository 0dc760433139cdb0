//! Hosts that are asked over HTTP.

use super::Running;
use crate::client::Client;
use anyhow::{Context, Result, anyhow, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that serves the model; ended when dropped.
pub struct Served {
    process: Child,
    client: Client,
    request: (String, Vec<u8>),
}

/// Longer than any of them takes to start.
const PATIENCE: Duration = Duration::from_secs(60);

impl Served {
    /// Starts a program and waits until it answers `GET /healthz`. `make` gives its command line for an address.
    pub fn start(model: &str, picture: &Path, make: impl FnOnce(SocketAddr) -> Result<Command>) -> Result<Self> {
        let address = free()?;
        let mut command = make(address)?;
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let process = process.with_context(|| format!("cannot start {:?}", command.get_program()))?;
        let picture = BASE64_STANDARD.encode(std::fs::read(picture)?);
        let input = json!({"name": "picture", "datatype": "BYTES", "shape": [1], "data": [picture]});
        let request = (format!("/v2/models/{model}/infer"), json!({"inputs": [input]}).to_string().into_bytes());
        let mut served = Self { process, client: Client::new(address), request };
        served.wait()?;
        Ok(served)
    }

    /// Asks it.
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn wait(&mut self) -> Result<()> {
        let start = Instant::now();
        while !self.client.get("/healthz").is_ok_and(|answer| answer.status == 200) {
            if let Some(status) = self.process.try_wait()? {
                bail!("it ended with {status}");
            }
            if start.elapsed() > PATIENCE {
                bail!("it does not answer within {} s", PATIENCE.as_secs());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }
}

impl Running for Served {
    fn infer(&mut self) -> Result<Vec<f32>> {
        let (path, body) = &self.request;
        let answer = self.client.post(path, body).map_err(|lost| anyhow!("no answer: {}", lost.0))?;
        let values = answer.body["outputs"][0]["data"].as_array().with_context(|| format!("it answers {answer:?}"))?;
        values.iter().map(|value| value.as_f64().map(|value| value as f32).context("an output is no number")).collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address that nobody listens on.
fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// `wash dev` for a component, in a project of its own in this folder.
pub fn wash_dev(wash: &Path, service: &Path, folder: &Path, address: SocketAddr) -> Result<Command> {
    std::fs::create_dir_all(folder.join(".wash"))?;
    let configuration = json!({
        // There is nothing to build, and it wants a command for it.
        "build": {"command": "true", "component_path": service},
        "dev": {"address": address},
    });
    // JSON is YAML, too.
    std::fs::write(folder.join(".wash/config.yaml"), configuration.to_string())?;
    let mut command = Command::new(wash);
    command.env("HOME", folder).current_dir(folder).args(["--non-interactive", "dev"]).stderr(Stdio::null());
    Ok(command)
}
