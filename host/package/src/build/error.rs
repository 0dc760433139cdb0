//! Reasons why there is no component.

use serde::{Deserialize, Serialize};
use std::io;

/// Why there is no component, as one process tells another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "message")]
pub enum BuildError {
    /// The model cannot be made one, as it is asked for.
    #[error("{0}")]
    Refused(String),
    /// The machine fails.
    #[error("{0}")]
    Machine(String),
}

/// Errors that the operating system has of itself, not of the files that it is asked for: input and output fails, no memory,
/// no permission, too many files, too large a file, no space, nothing may be written, the quota is used up.
const OF_MACHINE: [i32; 9] = [5, 12, 13, 23, 24, 27, 28, 30, 122];

impl From<anyhow::Error> for BuildError {
    fn from(error: anyhow::Error) -> Self {
        let message = format!("{error:#}");
        match error.chain().any(is_of_machine) {
            true => Self::Machine(message),
            false => Self::Refused(message),
        }
    }
}

fn is_of_machine(cause: &(dyn std::error::Error + 'static)) -> bool {
    let system = cause.downcast_ref::<io::Error>().or_else(|| match cause.downcast_ref() {
        Some(maasm_graph::Error::Read { reason, .. }) => Some(reason),
        _ => None,
    });
    let system = system.or_else(|| match cause.downcast_ref() {
        Some(maasm_files::text::Error::Read { error, .. }) => Some(error),
        _ => None,
    });
    let system = system.or_else(|| match cause.downcast_ref() {
        Some(maasm_evaluation::data::DataError::Read { error, .. }) => Some(error),
        _ => None,
    });
    system.and_then(io::Error::raw_os_error).is_some_and(|number| OF_MACHINE.contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;
    use std::path::Path;

    #[test]
    fn a_full_disk_is_the_machines_and_a_missing_file_the_askers() {
        let of = |number: i32| {
            let error = io::Error::from_raw_os_error(number);
            BuildError::from(Err::<(), _>(error).context("cannot write model.wasm").unwrap_err())
        };
        assert!(matches!(of(28), BuildError::Machine(why) if why.starts_with("cannot write model.wasm: ")));
        assert!(matches!(of(2), BuildError::Refused(_)));
    }

    #[test]
    fn errors_of_files_that_are_read_are_told_apart_too() {
        let graph = |number: i32| {
            let reason = io::Error::from_raw_os_error(number);
            BuildError::from(anyhow::Error::from(maasm_graph::Error::Read { path: Path::new("m.onnx").into(), reason }))
        };
        assert!(matches!(graph(13), BuildError::Machine(_)));
        assert!(matches!(graph(2), BuildError::Refused(_)));
    }
}
