//! Why there are no files.

/// Why there are no files.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The component calls itself something that is no name.
    #[error("the component calls itself {0:?}, which `maasm package` would refuse; no file can be called so")]
    Name(String),
    /// The platform serves components.
    #[error("this platform serves a component over HTTP: compose one with `maasm compose`, and name it with --service")]
    NeedsService,
    /// It is no component that `maasm package` made.
    #[error("this is no component as `maasm package` makes them: {0}")]
    NotPackaged(String),
}
