//! Who we are to a registry: what Docker's configuration says, helpers included.

use super::reference::Repository;
use docker_credential::{CredentialRetrievalError, DockerCredential};
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

/// Who we are to a registry.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Nobody in particular.
    Anonymous,
    /// A user.
    Password {
        /// Who.
        user: String,
        /// The password, or what stands for one.
        password: String,
    },
}

/// Why credentials cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum NoCredentials {
    /// The configuration cannot be read.
    #[error("cannot read {path}: {reason}; mend it, or name another folder by DOCKER_CONFIG", path = path.display())]
    Configuration {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The configuration's entry for the registry does not help.
    #[error("{path} has credentials for {registry} that do not help: {reason}; renew them with `docker login {registry}`, giving user name and password", path = path.display())]
    Entry {
        /// Which file.
        path: PathBuf,
        /// Which registry.
        registry: String,
        /// What is wrong.
        reason: String,
    },
}

/// What Docker's configuration in this folder says of a registry. Asks helper programs where it names some, so it may
/// take a while and must not run where others wait.
///
/// # Errors
/// If the configuration cannot be read, or a helper fails.
pub fn find(folder: Option<&Path>, repository: &Repository) -> Result<Credentials, NoCredentials> {
    let Some(path) = folder.map(Path::to_owned).or_else(usual_folder).map(|folder| folder.join("config.json")) else {
        return Ok(Credentials::Anonymous);
    };
    let configuration = |reason: String| NoCredentials::Configuration { path: path.clone(), reason };
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Credentials::Anonymous),
        Err(error) => return Err(configuration(error.to_string())),
    };
    let registry = key(repository.registry());
    let entry = |reason: String| NoCredentials::Entry { path: path.clone(), registry: registry.into(), reason };
    match docker_credential::get_credential_from_reader(BufReader::new(file), registry) {
        Ok(DockerCredential::UsernamePassword(user, password)) => Ok(Credentials::Password { user, password }),
        Ok(DockerCredential::IdentityToken(_)) => Err(entry("they are an identity token".into())),
        Err(CredentialRetrievalError::NoCredentialConfigured) => Ok(Credentials::Anonymous),
        Err(CredentialRetrievalError::ConfigReadError) => Err(configuration("it is not what Docker writes".into())),
        Err(CredentialRetrievalError::HelperFailure { stdout, .. }) if stdout.contains(NOT_FOUND) => {
            Ok(Credentials::Anonymous)
        }
        Err(error) => Err(entry(error.to_string())),
    }
}

/// What helpers say that have none, by Docker's convention.
const NOT_FOUND: &str = "credentials not found";

/// Where Docker keeps its configuration.
fn usual_folder() -> Option<PathBuf> {
    let home = || etcetera::home_dir().ok().map(|home| home.join(".docker"));
    std::env::var_os("DOCKER_CONFIG").map(PathBuf::from).or_else(home)
}

/// Under what Docker keeps a registry's credentials.
fn key(registry: &str) -> &str {
    if registry == "docker.io" { "https://index.docker.io/v1/" } else { registry }
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Anonymous => formatter.write_str("Anonymous"),
            Self::Password { user, .. } => {
                formatter.debug_struct("Password").field("user", user).finish_non_exhaustive()
            }
        }
    }
}
