//! Why there are no files.

use crate::compose;

/// Why there are no files.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The component calls itself something that is no name.
    #[error("the component calls itself {0:?}, which `maasm package` would refuse; no file can be called so")]
    Name(String),
    /// It cannot be made one that serves itself.
    #[error(transparent)]
    Compose(#[from] compose::Error),
    /// It is no component that `maasm package` made.
    #[error("this is no component as `maasm package` makes them: {0}")]
    NotPackaged(String),
}
