//! Where onnxruntime's library is.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// The environment variable that names the library, the one that onnxruntime's bindings for Rust know, too.
const VARIABLE: &str = "ORT_DYLIB_PATH";

/// Where libraries lie that a machine's own package manager installs, or its administrator.
const FOLDERS: [&str; 6] = [
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/opt/onnxruntime/lib",
];

/// Why onnxruntime cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// There is none.
    #[error(
        "this machine has no onnxruntime; install it (`pip install onnxruntime`, or the system's package) and name its \
         library with --onnxruntime FILE or {VARIABLE}, or use the backend `native`"
    )]
    Absent,
    /// There is none at the path that was named.
    #[error("there is no onnxruntime library at {}; name libonnxruntime.so or the folder that it lies in", .0.display())]
    NotThere(PathBuf),
    /// There is one, and it cannot be used.
    #[error("{} cannot be used as onnxruntime's library: {reason}", path.display())]
    Broken {
        /// Where.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

/// The library of this path, or of this folder; without one, of the environment variable, or where libraries lie.
pub fn find(path: Option<&Path>) -> Result<PathBuf, LibraryError> {
    let named =
        path.map(Path::to_owned).or_else(|| std::env::var_os(VARIABLE).filter(|v| !v.is_empty()).map(Into::into));
    match named {
        Some(named) => at(&named).ok_or(LibraryError::NotThere(named)),
        None => places().iter().find_map(|place| at(place)).ok_or(LibraryError::Absent),
    }
}

/// A file as it is; of a folder, the library in it.
fn at(path: &Path) -> Option<PathBuf> {
    // Relative paths are looked up elsewhere by what loads libraries.
    let path = fs::canonicalize(path).ok()?;
    if path.is_file() {
        return Some(path);
    }
    let entries = fs::read_dir(path).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    entries.filter(|path| path.file_name().is_some_and(is_library)).max()
}

/// `libonnxruntime.so`, `libonnxruntime.so.1.32.0`, `libonnxruntime.dylib`; not what belongs to it.
fn is_library(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let Some(rest) = name.strip_prefix("libonnxruntime.") else { return name == "onnxruntime.dll" };
    rest == "so" || rest.starts_with("so.") || rest.ends_with("dylib")
}

/// Where to look: what is active, the user's, the machine's.
fn places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Some(environment) = std::env::var_os("VIRTUAL_ENV") {
        places.extend(wheels(&Path::new(&environment).join("lib")));
    }
    places.extend(std::env::split_paths(&std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default()));
    if let Some(home) = std::env::home_dir() {
        places.extend(wheels(&home.join(".local/lib")));
    }
    places.extend(FOLDERS.map(PathBuf::from));
    places.extend(wheels(Path::new("/usr/local/lib")));
    places.extend(wheels(Path::new("/usr/lib")));
    places
}

/// Where Python's packages below a folder keep the library.
fn wheels(lib: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(lib).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let python = |path: &PathBuf| path.file_name().and_then(OsStr::to_str).is_some_and(|n| n.starts_with("python3"));
    let packages = ["site-packages", "dist-packages"];
    entries.filter(python).flat_map(|path| packages.map(|folder| path.join(folder).join("onnxruntime/capi"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_folder_the_library_is_taken_and_not_what_belongs_to_it() {
        let folder = std::env::temp_dir().join(format!("maasm-nn-library-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let names = ["libonnxruntime_providers_shared.so", "libonnxruntime.so.1.32.0", "onnxruntime_pybind11_state.so"];
        for name in names {
            fs::write(folder.join(name), "").unwrap();
        }
        let found = find(Some(&folder)).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found.file_name().unwrap(), "libonnxruntime.so.1.32.0");
    }

    #[test]
    fn a_path_where_there_is_none_is_named() {
        let error = find(Some(Path::new("/nowhere/libonnxruntime.so"))).unwrap_err().to_string();
        assert!(error.contains("/nowhere/libonnxruntime.so"), "{error}");
    }
}
