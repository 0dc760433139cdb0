//! TLS: a certificate made here, clients that trust it, and files that are no certificate.

use crate::http::models::small;
use crate::http::pictures::jpeg;
use crate::http::server::{Answer, Server, head, maasm, read_answer};
use maasm_tests::python;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion, version};
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A certificate for this machine, and its key, in files.
struct Identity {
    folder: TempDir,
    certificate: CertificateDer<'static>,
}

impl Identity {
    fn new() -> Self {
        let identity = Self { folder: tempfile::tempdir().unwrap(), certificate: CertificateDer::from(vec![]) };
        identity.renewed()
    }

    /// The same files with another certificate and key.
    fn renewed(self) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        std::fs::write(self.certificate_file(), cert.pem()).unwrap();
        std::fs::write(self.key_file(), signing_key.serialize_pem()).unwrap();
        Self { certificate: cert.der().clone(), ..self }
    }

    fn certificate_file(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    fn key_file(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    fn serve(&self) -> Server {
        let (certificate, key) = (self.certificate_file(), self.key_file());
        let files = ["--tls-cert", text(&certificate), "--tls-key", text(&key)];
        Server::start(&[&small("animals", "1.0.0")], &files)
    }

    /// Talks to the server as one who trusts this certificate alone.
    fn connect(&self, server: &Server, version: &'static SupportedProtocolVersion) -> Client {
        let mut trusted = RootCertStore::empty();
        trusted.add(self.certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(trusted)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        StreamOwned::new(connection, TcpStream::connect(server.address).unwrap())
    }
}

type Client = StreamOwned<ClientConnection, TcpStream>;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn send(client: &mut Client, method: &str, path: &str, body: &[u8]) -> Answer {
    let headers = format!("Content-Length: {}\r\n", body.len());
    client.write_all(head(method, path, "127.0.0.1", &headers).as_bytes()).unwrap();
    client.write_all(body).unwrap();
    read_answer(client)
}

#[test]
fn a_picture_is_recognised_over_either_version_of_tls_and_http_1_1_is_agreed_on() {
    let identity = Identity::new();
    let server = identity.serve();
    assert!(server.greeting.starts_with("serving on https://127.0.0.1:"), "{}", server.greeting);
    for version in [&version::TLS12, &version::TLS13] {
        let mut client = identity.connect(&server, version);
        send(&mut client, "POST", "/api/v1/recognize", &jpeg()).is_recognition();
        assert_eq!(client.conn.protocol_version(), Some(version.version));
        assert_eq!(client.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    }
}

#[test]
fn names_and_sites_are_looked_at_over_tls_and_the_servers_own_pages_come_over_it() {
    let identity = Identity::new();
    let server = identity.serve();
    let ask = |host: &str, headers: &str| {
        let mut client = identity.connect(&server, &version::TLS13);
        client.write_all(head("GET", "/healthz", host, headers).as_bytes()).unwrap();
        read_answer(&mut client)
    };
    ask("evil.example", "").is_problem(421, "unknown-host", "--allow-host evil.example");
    assert_eq!(ask("127.0.0.1", "Origin: https://127.0.0.1\r\n").status, 200);
    for origin in ["http://127.0.0.1", "https://evil.example"] {
        ask("127.0.0.1", &format!("Origin: {origin}\r\n")).is_problem(403, "cross-site", origin);
    }
}

#[test]
fn another_implementation_of_tls_agrees() {
    let Some(python) = python::interpreter() else { return };
    let identity = Identity::new();
    let server = identity.serve();
    let script = "import ssl, sys, urllib.request\n\
                  context = ssl.create_default_context(cafile=sys.argv[1])\n\
                  print(urllib.request.urlopen(sys.argv[2], context=context).read().decode())";
    let address = format!("https://{}/healthz", server.address);
    let output =
        Command::new(python).args(["-c", script]).arg(identity.certificate_file()).arg(address).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), r#"{"status":"ok"}"#, "{:?}", output.stderr);
}

#[test]
fn who_does_not_speak_tls_harms_nobody_who_does() {
    let identity = Identity::new();
    let server = identity.serve();
    let _silent = TcpStream::connect(server.address).unwrap();
    let mut plain = server.begin("GET", "/healthz", "");
    let mut bytes = Vec::new();
    let _ = std::io::Read::read_to_end(&mut plain, &mut bytes);
    assert!(!bytes.starts_with(b"HTTP/"), "it answered in the clear: {bytes:?}");
    let mut client = identity.connect(&server, &version::TLS13);
    assert_eq!(send(&mut client, "GET", "/healthz", &[]).status, 200);
}

#[test]
fn a_client_that_says_nothing_does_not_keep_the_server_from_ending() {
    let identity = Identity::new();
    let mut server = identity.serve();
    let _silent = TcpStream::connect(server.address).unwrap();
    // The one after it is served, so the silent one was accepted.
    let mut client = identity.connect(&server, &rustls::version::TLS13);
    assert_eq!(send(&mut client, "GET", "/healthz", b"").status, 200);
    drop(client);
    let start = std::time::Instant::now();
    server.terminate();
    server.wait();
    assert!(start.elapsed() < Duration::from_secs(3), "it took {:?}", start.elapsed());
}

#[test]
fn a_certificate_that_was_renewed_is_shown_once_the_server_is_told_and_a_broken_one_is_not() {
    let old = Identity::new();
    let server = old.serve();
    std::fs::write(old.certificate_file(), "broken").unwrap();
    server.signal("HUP");
    until(|| server.log().contains("the certificate stays the one that it was"));
    assert_eq!(send(&mut old.connect(&server, &version::TLS13), "GET", "/healthz", &[]).status, 200);

    let new = old.renewed();
    server.signal("HUP");
    until(|| server.log().contains("the certificate was read again"));
    assert_eq!(send(&mut new.connect(&server, &version::TLS13), "GET", "/healthz", &[]).status, 200);
}

fn until(mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "it never happened");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn files_that_are_no_certificate_or_do_not_belong_together_are_told_in_one_line() {
    let (one, other) = (Identity::new(), Identity::new());
    let (certificate, key, foreign) = (one.certificate_file(), one.key_file(), other.key_file());
    let nowhere = Path::new("nowhere.pem");
    for (certificate, key, says) in [
        (nowhere, key.as_path(), "nowhere.pem: No such file"),
        (&certificate, nowhere, "nowhere.pem: No such file"),
        (&key, &key, "key.pem holds no certificate in PEM form"),
        (&certificate, &certificate, "certificate.pem holds no private key in PEM form"),
        (&certificate, &foreign, "cannot be used together"),
    ] {
        let mut command = maasm();
        command.args(["serve", "--listen", "127.0.0.1:0", "--tls-cert", text(certificate), "--tls-key", text(key)]);
        let output = command.env("MAASM_DATA_DIR", one.folder.path().join("data")).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), &output.stdout[..]), (Some(1), &b""[..]), "{stderr}");
        assert!(stderr.starts_with("error: ") && stderr.contains(says), "it should say {says:?}: {stderr}");
        assert_eq!(stderr.trim_end().lines().count(), 1, "{stderr}");
    }
    let one_alone = maasm().args(["serve", "--tls-cert", text(&certificate)]).output().unwrap();
    assert_eq!(one_alone.status.code(), Some(2), "a certificate without a key is no command line");
}
