//! Files that commands write. Every command declares what it reads and what it writes before it does any work, so that no
//! output replaces an input, and a place that cannot be written to is told at once.
//!
//! # Layout
//! - `inputs`: what a command reads
//! - `place`: where an output goes: a file, a device, standard output
//! - `replace`: a regular file, replaced whole or not at all

mod inputs;
mod place;
mod replace;

pub use inputs::Inputs;

use anyhow::{Context, Result, bail};
use place::Place;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// One file on its device, whatever its names.
type Identity = (u64, u64);

/// A place that a command writes to.
#[derive(Debug)]
pub struct Output {
    /// As the user named it.
    path: PathBuf,
    place: Place,
}

/// Makes sure that outputs can be written, are all different, and that none is an input.
///
/// # Errors
/// If one is not so.
pub fn check<P: AsRef<Path>>(inputs: &Inputs, paths: impl IntoIterator<Item = P>) -> Result<Vec<Output>> {
    let outputs = paths.into_iter().map(|path| Output::at(path.as_ref())).collect::<Result<Vec<_>>>()?;
    differ(inputs, outputs)
}

/// As [`check`], of files in a folder that is made when the first is written.
///
/// # Errors
/// As [`check`].
pub fn check_in<P: AsRef<Path>>(
    inputs: &Inputs,
    folder: &Path,
    names: impl IntoIterator<Item = P>,
) -> Result<Vec<Output>> {
    check_folder(folder)?;
    let output = |name: P| {
        let path = folder.join(name);
        Ok(Output { place: Place::in_new_folder(&path)?, path })
    };
    differ(inputs, names.into_iter().map(output).collect::<Result<Vec<_>>>()?)
}

/// Makes sure that a folder can be written to, or made.
///
/// # Errors
/// If it can be neither.
pub fn check_folder(folder: &Path) -> Result<()> {
    place::folder_to_make(folder)
}

fn differ(inputs: &Inputs, outputs: Vec<Output>) -> Result<Vec<Output>> {
    for (index, output) in outputs.iter().enumerate() {
        if let Some(other) = outputs[..index].iter().find(|other| other.place.is(&output.place)) {
            bail!("two outputs go to {} ({}); name another file for one", output.path.display(), other.path.display());
        }
    }
    for output in &outputs {
        let Some(identity) = output.place.identity() else { continue };
        if let Some(input) = inputs.find(identity) {
            let output = output.path.display();
            bail!("{output} would be replaced, and it is an input: {}; name another output", input.display());
        }
    }
    Ok(outputs)
}

impl Output {
    /// The output at this path, where no command's input can be.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub fn at(path: &Path) -> Result<Self> {
        Ok(Self { path: path.into(), place: Place::of(path)? })
    }

    /// As the user named it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is standard output, where nothing else is to be printed then.
    pub fn is_stdout(&self) -> bool {
        matches!(self.place, Place::Stdout)
    }

    /// Whether it is a regular file, or becomes one.
    pub fn is_file(&self) -> bool {
        matches!(self.place, Place::File(_) | Place::FileInNewFolder(_))
    }

    /// Whether something is there already.
    pub fn exists(&self) -> bool {
        self.path.symlink_metadata().is_ok()
    }

    /// Writes all of it: a regular file whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        let through = |mut writer: Box<dyn Write>| writer.write_all(bytes).and_then(|()| writer.flush());
        let written = match &self.place {
            Place::Stdout => through(Box::new(io::stdout().lock())),
            Place::Stderr => through(Box::new(io::stderr().lock())),
            Place::Through(path) => OpenOptions::new().append(true).open(path).and_then(|file| through(Box::new(file))),
            Place::File(path) => replace::replace(path, bytes),
            Place::FileInNewFolder(path) => {
                fs::create_dir_all(place::folder_of(path)).and_then(|()| replace::replace(path, bytes))
            }
        };
        written.with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// Prints what a command has to say: on standard output, unless one of its outputs goes there. Content if nobody reads
/// to the end.
///
/// # Errors
/// If it cannot be written.
pub fn print<'a>(outputs: impl IntoIterator<Item = &'a Output>, text: &str) -> Result<()> {
    print_to(outputs.into_iter().any(Output::is_stdout), text)
}

/// Prints on standard error, or else on standard output.
///
/// # Errors
/// As [`print`].
pub fn print_to(stderr: bool, text: &str) -> Result<()> {
    let written = match stderr {
        true => io::stderr().lock().write_all(text.as_bytes()),
        false => {
            let mut stdout = io::stdout().lock();
            stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
        }
    };
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot print"),
        _ => Ok(()),
    }
}

/// Tells one regular file from another; none for what is no regular file.
fn identity(path: &Path) -> Option<Identity> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some((metadata.dev(), metadata.ino()))
}
