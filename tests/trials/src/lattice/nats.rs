//! The NATS server, and the script that gives orders over it.

use super::{Killed, NAME, Settings, free, silent};
use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A NATS server of its own; killed when dropped.
pub struct Nats {
    _server: Killed,
    address: SocketAddr,
}

impl Nats {
    /// Starts it and waits until it takes connections.
    pub fn start(settings: &Settings) -> Result<Self> {
        let address = free()?;
        let mut command = Command::new(&settings.nats_server);
        command.args(["--addr", &address.ip().to_string(), "--port", &address.port().to_string()]);
        let server = Killed::start(&mut command, &settings.folder.join("nats.log"))?;
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            ensure!(start.elapsed() < Duration::from_secs(20), "the NATS server does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(Self { _server: server, address })
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Begins to wait for hosts, each of which is then told to start the component.
    pub fn scheduler(&self, settings: &Settings, image: &str) -> Result<Scheduler> {
        let workload = json!({
            "namespace": "default",
            "name": NAME,
            "witWorld": {
                "components": [{"name": NAME, "image": image}],
                "hostInterfaces": [{
                    "namespace": "wasi", "package": "http", "version": "0.3.0", "interfaces": ["handler"],
                    "config": {"host": NAME},
                }],
            },
        });
        let order = json!({"workloadId": NAME, "workload": workload});
        let mut command = Command::new(&settings.python);
        command.args(["-c", include_str!("scheduler.py"), &self.url(), &settings.hosts.to_string()]);
        command.arg(order.to_string()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().context("cannot start Python")?;
        let mut output = BufReader::new(process.stdout.take().context("it is piped")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        ensure!(line == "listening\n", silent());
        Ok(Scheduler { process, output })
    }
}

/// The script.
pub struct Scheduler {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Scheduler {
    /// Waits until every host runs the component.
    pub fn finish(mut self) -> Result<()> {
        let mut said = String::new();
        self.output.read_to_string(&mut said)?;
        if !self.process.wait()?.success() {
            bail!("the hosts do not run the component: {said}");
        }
        Ok(())
    }
}
