//! TLS: a certificate and its key from files, read again when the server is told to.

use maasm_files::text;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, version};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a client may take to agree on how to talk.
const PATIENCE: Duration = Duration::from_secs(10);

/// The certificate that clients are shown, and all that goes with it. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    current: Arc<RwLock<Arc<ServerConfig>>>,
}

/// Why a certificate or its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{} holds no {what} in PEM form: {reason}", path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The certificate and the key do not belong together, or are of no kind that is understood.
    #[error("{} and {} cannot be used together: {error}", certificate.display(), key.display())]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong.
        error: rustls::Error,
    },
}

impl Tls {
    /// Reads a certificate, with those that vouch for it after it, and its private key.
    ///
    /// # Errors
    /// If one cannot be read, or they do not belong together.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let current = Arc::new(RwLock::new(configuration(certificate, key)?));
        Ok(Self { certificate: certificate.into(), key: key.into(), current })
    }

    /// Reads the files again; connections that are open go on as they are.
    ///
    /// # Errors
    /// As [`Tls::read`]; then the certificate is the one that it was.
    pub fn renew(&self) -> Result<(), TlsError> {
        let renewed = configuration(&self.certificate, &self.key)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = renewed;
        Ok(())
    }

    /// Agrees with a client on how to talk.
    ///
    /// # Errors
    /// If there is no agreement, or none in time.
    pub async fn shake_hands(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        tokio::time::timeout(PATIENCE, TlsAcceptor::from(current).accept(stream)).await?
    }
}

fn configuration(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let text = read(certificate, "certificate")?;
    let chain = CertificateDer::pem_slice_iter(text.as_bytes()).collect::<Result<Vec<_>, _>>();
    let chain = chain.and_then(|chain| if chain.is_empty() { Err(PemError::NoItemsFound) } else { Ok(chain) });
    let chain = chain.map_err(|error| unreadable(certificate, "certificate", error))?;
    let text = read(key, "private key")?;
    let secret =
        PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|error| unreadable(key, "private key", error))?;
    let mismatch = |error| TlsError::Pair { certificate: certificate.into(), key: key.into(), error };
    let mut configuration = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .map_err(mismatch)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(mismatch)?;
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(configuration))
}

/// The text of a file in PEM form.
fn read(path: &Path, what: &'static str) -> Result<String, TlsError> {
    text::read(path).map_err(|error| match error {
        text::Error::Read { path, error } => TlsError::File { path, error },
        text::Error::NotText { path, why } => TlsError::Pem { path, what, reason: why.to_string() },
        text::Error::TooLarge(path) => TlsError::Pem { path, what, reason: "it is too large".into() },
    })
}

fn unreadable(path: &Path, what: &'static str, error: PemError) -> TlsError {
    let reason = match error {
        PemError::NoItemsFound => "there is none in it".into(),
        error => error.to_string(),
    };
    TlsError::Pem { path: path.into(), what, reason }
}
