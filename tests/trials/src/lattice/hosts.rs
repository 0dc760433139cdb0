//! The hosts.

use super::nats::Nats;
use super::{Killed, Settings, client, free};
use crate::client::Client;
use anyhow::Result;
use std::process::Command;

/// `wash host`; killed when dropped.
pub struct Host {
    process: Killed,
    /// Asks it for the component.
    pub client: Client,
}

impl Host {
    /// Starts it, with a home and a cache of its own.
    pub fn start(settings: &Settings, nats: &Nats, index: usize) -> Result<Self> {
        let home = settings.folder.join(format!("host-{index}"));
        std::fs::create_dir_all(&home)?;
        let address = free()?;
        let mut command = Command::new(&settings.wash);
        command.env("HOME", &home).current_dir(&home).args([
            "--non-interactive",
            "host",
            "--allow-insecure-registries",
        ]);
        command.args(["--scheduler-nats-url", &nats.url(), "--data-nats-url", &nats.url()]);
        command.args(["--http-addr", &address.to_string(), "--host-name", &format!("host-{index}")]);
        command.arg("--oci-cache-dir").arg(home.join("cache"));
        let process = Killed::start(&mut command, &home.join("log"))?;
        Ok(Self { process, client: client(address) })
    }

    /// Kills it as `kill -9` does.
    pub fn kill(&mut self) -> Result<()> {
        self.process.kill()
    }
}
