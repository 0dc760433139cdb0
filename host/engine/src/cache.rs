//! Compiled code on disk, used only after it has proved its origin.
//!
//! Compiled code runs outside the sandbox, and anybody can put a file beside a component that they give away. So an
//! entry ends in a keyed BLAKE3 digest of the component's digest, the engine's settings and the code, and the key is
//! known to this user alone. What does not verify is compiled again. What verifies was written by this user, and
//! nobody else may write to it since.

use super::CachePolicy;
use blake3::{Hash, Hasher};
use etcetera::BaseStrategy;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use wasmtime::Engine;
use wasmtime::component::Component;

type Key = [u8; blake3::KEY_LEN];

/// Where compiled code is kept.
pub(super) struct Cache {
    /// Whether the component's own folder is tried first.
    beside: bool,
    /// The folder for the others.
    folder: PathBuf,
    key: Key,
    key_file: PathBuf,
}

impl Cache {
    /// Opens the cache, or tells in the log why there is none.
    pub fn open(policy: &CachePolicy) -> Option<Self> {
        let (beside, folder, key_folder) = match policy {
            CachePolicy::Off => return None,
            CachePolicy::Directory(folder) => (false, folder.clone(), folder.clone()),
            CachePolicy::BesideComponent => {
                let Ok(user) = etcetera::choose_base_strategy() else {
                    tracing::warn!("compiled code is not kept: this user has no home folder for its key");
                    return None;
                };
                (true, user.cache_dir().join("maasm"), user.data_dir().join("maasm"))
            }
        };
        let key_file = key_folder.join("cache.key");
        match key(&key_file) {
            Ok(key) => Some(Self { beside, folder, key, key_file }),
            Err(error) => {
                tracing::warn!("compiled code is not kept: its key {}: {error}", key_file.display());
                None
            }
        }
    }

    /// A component's code, if there is an entry that verifies.
    pub fn get(&self, engine: &Engine, component: &Path, digest: &Hash) -> Option<Component> {
        self.entries(component, digest).into_iter().find_map(|entry| match self.read(engine, &entry, digest) {
            Ok(component) => Some(component),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::info!("{} is not used and the model compiled again: {error}", entry.display());
                None
            }
        })
    }

    /// Keeps a component's code, in the first place that can be written.
    pub fn put(&self, engine: &Engine, component: &Path, digest: &Hash, code: &[u8]) {
        let mac = self.hasher(engine, digest).update(code).finalize();
        for entry in self.entries(component, digest) {
            match write(&entry, code, &mac) {
                Ok(()) => return,
                Err(error) => tracing::debug!("{} cannot be written: {error}", entry.display()),
            }
        }
        tracing::warn!("the compiled code of {} is not kept: no folder for it can be written", component.display());
    }

    /// Where a component's code may be, best place first.
    fn entries(&self, component: &Path, digest: &Hash) -> Vec<PathBuf> {
        let beside = component.file_name().filter(|_| self.beside).map(|name| {
            let mut name = name.to_owned();
            name.push(".cache");
            component.with_file_name(name)
        });
        beside.into_iter().chain([self.folder.join(format!("{digest}.cache"))]).collect()
    }

    #[expect(unsafe_code, reason = "only wasmtime's caller can tell whether compiled code may be trusted")]
    fn read(&self, engine: &Engine, entry: &Path, digest: &Hash) -> io::Result<Component> {
        let file = File::open(entry)?;
        self.check_owner(&file)?;
        let code = file.metadata()?.len().saturating_sub(blake3::OUT_LEN as u64);
        let mut hasher = self.hasher(engine, digest);
        hasher.update_reader((&file).take(code))?;
        let mut mac = [0; blake3::OUT_LEN];
        (&file).read_exact(&mut mac)?;
        // Compared in constant time.
        if hasher.finalize() != mac {
            return Err(io::Error::other("it is not of this component, this engine and this user"));
        }
        // SAFETY: the digest shows that these bytes are what `Component::serialize` gave to this user's engine of the
        // same settings, and the file is one that nobody else can write to.
        let component = unsafe { Component::deserialize_file(engine, same_file(&file, entry)) };
        component.map_err(|error| io::Error::other(format!("{error:#}")))
    }

    /// What an entry's digest covers, up to the code.
    fn hasher(&self, engine: &Engine, digest: &Hash) -> Hasher {
        struct Settings(Hasher);
        impl std::hash::Hasher for Settings {
            fn write(&mut self, bytes: &[u8]) {
                self.0.update(bytes);
            }
            fn finish(&self) -> u64 {
                0
            }
        }
        let mut settings = Settings(Hasher::new());
        std::hash::Hash::hash(&engine.precompile_compatibility_hash(), &mut settings);
        let mut hasher = Hasher::new_keyed(&self.key);
        hasher.update(digest.as_bytes()).update(settings.0.finalize().as_bytes());
        hasher
    }

    /// Refuses a file that somebody else could change while it is in use.
    #[cfg(unix)]
    fn check_owner(&self, file: &File) -> io::Result<()> {
        use std::os::unix::fs::MetadataExt;
        let (file, key) = (file.metadata()?, fs::metadata(&self.key_file)?);
        if file.uid() != key.uid() || file.mode() & 0o022 != 0 {
            return Err(io::Error::other("others can write to it"));
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn check_owner(&self, _: &File) -> io::Result<()> {
        fs::metadata(&self.key_file).map(drop)
    }
}

/// A path to an open file: to this one, not to what lies at its old path now.
fn same_file(file: &File, path: &Path) -> PathBuf {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        let _ = path;
        PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = file;
        path.to_owned()
    }
}

/// Writes an entry, so that it is there whole or not at all.
fn write(entry: &Path, code: &[u8], mac: &Hash) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(folder(entry)?)?;
    file.write_all(code)?;
    file.write_all(mac.as_bytes())?;
    file.persist(entry)?;
    Ok(())
}

/// The folder that a file is in, made if need be.
fn folder(file: &Path) -> io::Result<&Path> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    Ok(folder)
}

/// The key: the one that there is, or a new one.
fn key(path: &Path) -> io::Result<Key> {
    match read_key(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return read,
    }
    let mut key = Key::default();
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    // Temporary files are their user's alone.
    let mut file = NamedTempFile::new_in(folder(path)?)?;
    file.write_all(&key)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(key),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => read_key(path),
        Err(error) => Err(error.error),
    }
}

fn read_key(path: &Path) -> io::Result<Key> {
    let bytes = fs::read(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            return Err(io::Error::other("others can read it; delete it, a new one will be made"));
        }
    }
    bytes.try_into().map_err(|_| io::Error::other("it is damaged; delete it, a new one will be made"))
}
