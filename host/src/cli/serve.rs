//! `maasm serve`

use crate::engine::{Engine, EngineOptions, Model};
use crate::server::{self, Catalog, ServerOptions};
use anyhow::{Context, Result};
use bytesize::ByteSize;
use clap::ValueEnum;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Serve components over HTTP.
///
/// Several components are several models, or several versions of one. SIGTERM and SIGINT end the server once what is in
/// flight is finished.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm serve my-cnn.wasm
  maasm serve cats.wasm dogs-1.0.0.wasm dogs-1.1.0.wasm --listen 0.0.0.0:8080 --log-format json
  curl --data-binary @cat.jpg http://127.0.0.1:3000/api/v1/recognize")]
pub struct Arguments {
    /// Components made by `maasm package`
    #[arg(required = true, value_name = "COMPONENT")]
    components: Vec<PathBuf>,
    /// Address and port to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// How long a model may take for one request
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = positive_duration)]
    deadline: Duration,
    /// How much memory a model may ask for in one request, beyond its own
    #[arg(long, value_name = "SIZE", default_value = "512MiB")]
    memory_limit: ByteSize,
    /// How many requests models work on at once [default: twice the number of cores]
    #[arg(long, value_name = "N")]
    max_concurrent: Option<NonZeroU32>,
    /// How many more requests may wait for their turn; the others are answered with 503
    #[arg(long, value_name = "N", default_value_t = 64)]
    max_waiting: u32,
    /// How large an upload may be
    #[arg(long, value_name = "SIZE", default_value = "32MiB")]
    max_body: ByteSize,
    /// How long a client may take to send its upload
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = positive_duration)]
    upload_timeout: Duration,
    /// How long what is in flight may still take when the server is told to end
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = humantime::parse_duration)]
    shutdown_timeout: Duration,
    /// How the log looks, which goes to standard error; RUST_LOG sets how much of it there is
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

fn positive_duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err("it must be more than nothing".into()),
        Ok(duration) => Ok(duration),
        Err(error) => Err(error.to_string()),
    }
}

/// Runs it.
pub(super) fn run(arguments: Arguments) -> Result<()> {
    start_log(arguments.log_format);
    let runtime = tokio::runtime::Runtime::new().context("cannot start the server's threads")?;
    let result = runtime.block_on(serve(&arguments));
    // Calls that outlived the shutdown timeout are given up.
    runtime.shutdown_background();
    result
}

async fn serve(arguments: &Arguments) -> Result<()> {
    // Before the models are loaded: a taken port is told at once.
    let listener =
        TcpListener::bind(arguments.listen).await.with_context(|| format!("cannot listen on {}", arguments.listen))?;
    let address = listener.local_addr().context("cannot tell the address")?;
    let mut engine_options = EngineOptions { deadline: arguments.deadline, ..EngineOptions::default() };
    engine_options.memory_limit = arguments.memory_limit.as_u64();
    if let Some(max_concurrent) = arguments.max_concurrent {
        engine_options.max_concurrent = max_concurrent.get();
    }
    let options = ServerOptions {
        max_concurrent: engine_options.max_concurrent as usize,
        max_waiting: arguments.max_waiting as usize,
        max_wait: arguments.deadline,
        max_body: usize::try_from(arguments.max_body.as_u64()).unwrap_or(usize::MAX),
        upload_timeout: arguments.upload_timeout,
        shutdown_timeout: arguments.shutdown_timeout,
    };
    let models = load(engine_options, &arguments.components)?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let end = async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    };
    let state = server::State::new(Catalog::new(models.iter().cloned())?, &options);
    greet(address, &models);
    server::serve(listener, state, &options, end).await;
    tracing::info!("ended");
    Ok(())
}

fn load(options: EngineOptions, components: &[PathBuf]) -> Result<Vec<Model>> {
    let engine = Engine::new(options)?;
    components.iter().map(|path| Ok(engine.load(path)?)).collect()
}

fn start_log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,maasm=info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).init(),
    }
}

/// Says what is served, and how to try it.
fn greet(address: SocketAddr, models: &[Model]) {
    let mut text = String::new();
    for model in models {
        let description = model.description();
        text += &format!("  {} {} {}\n", description.name, description.version, description.description);
    }
    tracing::info!(%address, "listening");
    let query = match models {
        [model, others @ ..] if others.iter().any(|other| other.description().name != model.description().name) => {
            format!("?model={}", model.description().name)
        }
        _ => String::new(),
    };
    // What listens everywhere is reached here, too.
    let host = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        ip if ip.is_ipv4() => std::net::Ipv4Addr::LOCALHOST.into(),
        _ => std::net::Ipv6Addr::LOCALHOST.into(),
    };
    let reached = SocketAddr::new(host, address.port());
    let text = format!(
        "serving on http://{reached}\n{text}try: curl --data-binary @photo.jpg 'http://{reached}/api/v1/recognize{query}'\n"
    );
    // Nobody need be there to read it.
    let _ = std::io::stdout().write_all(text.as_bytes());
}
