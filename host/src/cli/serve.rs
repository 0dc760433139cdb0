//! `maasm serve`

use super::execution::Engine;
use super::listen::Listen;
use anyhow::{Context, Result, bail};
use bytesize::ByteSize;
use clap::ValueEnum;
use maasm_app::{NnOptions, Service};
use maasm_engine::EngineOptions;
use maasm_files::temporary;
use maasm_registry::{Backend, Intent, Provenance, Record, Reference, Registry, Selector};
use maasm_server::{self as server, Access, Host, Origin, ServerOptions, Sites, Tls};
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Serve models over HTTP.
///
/// Without components: the models of the data folder. Components that are named are published and deployed first; if no
/// data folder is named, in a folder that goes away with the server. Several components are several models, or several
/// versions of one, of which the highest answers. SIGTERM and SIGINT end the server once what is in flight is finished.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  maasm serve
  maasm serve my-cnn.wasm
  maasm serve cats.wasm dogs-1.0.0.wasm dogs-1.1.0.wasm --log-format json
  maasm key create --name admin --role admin && maasm serve --listen 0.0.0.0:8080
  maasm serve --tls-cert server.pem --tls-key server.key --listen 0.0.0.0:8443
  maasm serve --allow-origin https://photos.example.org --allow-host models.example.org
  maasm serve my-cnn.wasm --execution nn
  curl --data-binary @cat.jpg http://127.0.0.1:3000/api/v1/recognize")]
pub struct Arguments {
    /// Components made by `maasm package`, to be published and deployed first
    #[arg(value_name = "COMPONENT")]
    components: Vec<PathBuf>,
    #[command(flatten)]
    data: super::data::DataFolder,
    /// Address and port to listen on, such as 0.0.0.0:8080 or localhost:3000; a port alone is one of 127.0.0.1, and port 0
    /// any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    listen: Listen,
    /// The certificate to speak TLS with, in PEM form, with those that vouch for it after it; SIGHUP reads it again
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM form
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A name that the server answers to, beside its addresses and localhost; repeat it for several. A server that only
    /// its own machine reaches answers to no other name; any other one answers to every name until one is given
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<Host>,
    /// A site whose pages may use the server from a browser, such as https://photos.example.org; repeat it for several.
    /// Requests from pages of all other sites are refused
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<Origin>,
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
    /// How many bytes of models are kept in memory; those that were not used longest go first
    #[arg(long, value_name = "SIZE", default_value = "2GiB")]
    max_loaded: ByteSize,
    /// What the host computes with, for deployments that ask for wasi-nn and do not say
    #[arg(long, value_name = "BACKEND", value_enum, default_value_t)]
    nn_backend: Backend,
    /// How many threads of the host compute one inference, for deployments that do not say [default: 1]
    #[arg(long, value_name = "N")]
    nn_threads: Option<NonZeroU32>,
    /// onnxruntime's library, or the folder that it lies in [default: where libraries lie]
    #[arg(long, value_name = "PATH", env = "ORT_DYLIB_PATH")]
    onnxruntime: Option<PathBuf>,
    /// What computes the components that are named here
    #[arg(long, value_name = "ENGINE", value_enum, requires = "components")]
    execution: Option<Engine>,
    /// How large a model that is published may be
    #[arg(long, value_name = "SIZE", default_value = "2GiB")]
    max_model: ByteSize,
    /// How large labelled data that is sent may be, before and after it is unpacked
    #[arg(long, value_name = "SIZE", default_value = "64GiB")]
    max_data: ByteSize,
    /// How many threads evaluate a version [default: half the number of cores]
    #[arg(long, value_name = "N")]
    evaluate_threads: Option<NonZeroU32>,
    /// How many models are compiled at once
    #[arg(long, value_name = "N", default_value = "1")]
    max_jobs: NonZeroU32,
    /// How much memory compiling a model may take
    #[arg(long, value_name = "SIZE", default_value = "8GiB")]
    compile_memory: ByteSize,
    /// How long compiling a model may take
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = positive_duration)]
    compile_timeout: Duration,
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

/// An evaluation leaves the other half to requests.
fn half_the_cores() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2))
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
    let listener = arguments.listen.bind().await?;
    let address = listener.local_addr().context("cannot tell the address")?;
    let tls = arguments.tls_cert.as_deref().zip(arguments.tls_key.as_deref());
    let tls = tls.map(|(certificate, key)| Tls::read(certificate, key)).transpose()?;
    let service = service(arguments)?;
    let options = ServerOptions {
        sites: sites(arguments, address, tls.is_some()),
        max_concurrent: service.engine().options().max_concurrent as usize,
        max_waiting: arguments.max_waiting as usize,
        max_wait: arguments.deadline,
        max_body: usize::try_from(arguments.max_body.as_u64()).unwrap_or(usize::MAX),
        upload_timeout: arguments.upload_timeout,
        max_model: arguments.max_model.as_u64(),
        max_data: arguments.max_data.as_u64(),
        evaluate_threads: arguments.evaluate_threads.map_or_else(half_the_cores, |threads| threads.get() as usize),
        max_jobs: arguments.max_jobs.get() as usize,
        compile_memory: arguments.compile_memory.as_u64(),
        compile_timeout: arguments.compile_timeout,
        shutdown_timeout: arguments.shutdown_timeout,
    };
    let access = access(address, service.registry())?;
    let published = publish(&service, &arguments.components, arguments.execution)?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    temporary::leave(&[SignalKind::terminate(), SignalKind::interrupt()].map(|kind| kind.as_raw_value()));
    let end = async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    };
    let state = server::State::new(service.clone(), access, &options);
    state.resume()?;
    if let Some(tls) = tls.clone() {
        let hang_up = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
        temporary::leave(&[SignalKind::hangup().as_raw_value()]);
        tokio::spawn(renew(tls, hang_up));
    }
    greet(address, tls.is_some(), service.registry(), &published)?;
    server::serve(listener, tls, state, &options, end).await;
    tracing::info!("ended");
    Ok(())
}

/// Reads the certificate again whenever the server is told to.
async fn renew(tls: Tls, mut hang_up: Signal) {
    while hang_up.recv().await.is_some() {
        match tls.renew() {
            Ok(()) => tracing::info!("the certificate was read again"),
            Err(error) => tracing::error!(%error, "the certificate stays the one that it was"),
        }
    }
}

/// The models of the data folder, or of one that goes away with the server.
fn service(arguments: &Arguments) -> Result<Service> {
    let mut options = EngineOptions { deadline: arguments.deadline, ..EngineOptions::default() };
    options.memory_limit = arguments.memory_limit.as_u64();
    if let Some(max_concurrent) = arguments.max_concurrent {
        options.max_concurrent = max_concurrent.get();
    }
    let passing = !arguments.components.is_empty() && arguments.data.named().is_none();
    let registry = if passing { Registry::temporary()? } else { arguments.data.open()? };
    let nn = NnOptions {
        backend: arguments.nn_backend,
        threads: arguments.nn_threads,
        onnxruntime: arguments.onnxruntime.clone().filter(|path| !path.as_os_str().is_empty()),
    };
    Ok(Service::start(registry, options, arguments.max_loaded.as_u64())?.with_nn(nn))
}

/// What only this machine reaches may be open; what others reach needs a key.
fn access(address: SocketAddr, registry: &Registry) -> Result<Access> {
    let has_keys = registry.has_keys()?;
    if !address.ip().is_loopback() {
        if !has_keys {
            bail!(
                "{address} can be reached by others, and there are no keys; make one with `maasm key create --role admin \
                 --name NAME`, in the same --data-dir, or listen on 127.0.0.1"
            );
        }
        return Ok(Access::Keys);
    }
    Ok(Access::OpenWithoutKeys)
}

/// Names and sites that are trusted. A name can be made to lead to any address by its owner; but where a key is needed, no
/// page has it that was not given it. So only a server that trusts its own machine is strict about names of its own accord.
fn sites(arguments: &Arguments, address: SocketAddr, tls: bool) -> Sites {
    Sites {
        any_host: !address.ip().is_loopback() && arguments.allow_host.is_empty(),
        hosts: arguments.allow_host.clone(),
        origins: arguments.allow_origin.clone(),
        tls,
    }
}

/// Publishes components, and deploys the highest version of each model among them.
fn publish(service: &Service, components: &[PathBuf], engine: Option<Engine>) -> Result<Vec<Record>> {
    let intent = Intent::local();
    let mut published: Vec<Record> = Vec::new();
    for path in components {
        let provenance =
            Provenance { by: intent.by.clone(), how: "named to `maasm serve`".into(), ..Provenance::default() };
        let record = match service.registry().is_temporary() {
            true => service.publish_in_place(&intent, path, provenance)?,
            false => service.publish(&intent, path, provenance)?,
        };
        if published
            .iter()
            .any(|other| (&other.facts.name, &other.facts.version) == (&record.facts.name, &record.facts.version))
        {
            bail!("{} {} is there twice; give each version once", record.facts.name, record.facts.version);
        }
        published.push(record);
    }
    let mut names: Vec<&String> = published.iter().map(|record| &record.facts.name).collect();
    names.sort();
    names.dedup();
    for name in names {
        let versions = published.iter().filter(|record| record.facts.name == *name).map(|record| &record.facts.version);
        let highest = versions.max_by_key(|version| (version.pre.is_empty(), *version));
        let selector = highest.map_or(Selector::Latest, |version| Selector::Exact(version.clone()));
        let reference = Reference { name: name.clone(), selector };
        service.deploy_to(&intent, &reference, engine.map(Engine::with_defaults))?;
    }
    Ok(published)
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
fn greet(address: SocketAddr, tls: bool, registry: &Registry, published: &[Record]) -> Result<()> {
    /// How many models are named.
    const SHOWN: usize = 20;
    let mut text = String::new();
    for record in published.iter().take(SHOWN) {
        text += &format!("  {} {} {}\n", record.facts.name, record.facts.version, record.facts.description);
    }
    let live = registry.all_live(None, SHOWN)?;
    if published.is_empty() {
        text += &format!("  models in {}", registry.folder().display());
        text += if live.is_empty() { "; none is deployed\n" } else { "\n" };
    }
    tracing::info!(%address, "listening");
    if !registry.has_keys()? {
        tracing::warn!("there are no keys: everybody on this machine may do everything; `maasm key create` makes one");
    }
    let query = match &live[..] {
        [one, _, ..] => format!("?model={}", one.model),
        _ => String::new(),
    };
    // What listens everywhere is reached here, too.
    let host = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        ip if ip.is_ipv4() => std::net::Ipv4Addr::LOCALHOST.into(),
        _ => std::net::Ipv6Addr::LOCALHOST.into(),
    };
    let reached = SocketAddr::new(host, address.port());
    let base = format!("{}://{reached}", if tls { "https" } else { "http" });
    let text =
        format!("serving on {base}\n{text}try: curl --data-binary @photo.jpg '{base}/api/v1/recognize{query}'\n");
    // Nobody need be there to read it.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}
