//! What computes a deployment's versions.

use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use utoipa::ToSchema;

/// What computes a deployment's versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "engine", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Execution {
    /// Their own components, in the sandbox.
    #[default]
    Sandbox,
    /// The host, which a component without weights asks through wasi-nn.
    Nn(Nn),
}

/// How the host computes. What is left open is as the server is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nn {
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend: Option<Backend>,
    /// How many threads compute one inference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub threads: Option<NonZeroU32>,
}

/// What the host computes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    /// The kernels of this program, on one thread: the very plan and weights that the component has
    #[default]
    Native,
    /// onnxruntime's library, with the ONNX file that the version was compiled from
    Onnxruntime,
}

impl Execution {
    /// Whether it is the sandbox.
    pub fn is_sandbox(&self) -> bool {
        *self == Self::Sandbox
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written() {
        let nn = |backend, threads| Execution::Nn(Nn { backend, threads: NonZeroU32::new(threads) });
        for (execution, text) in [
            (Execution::Sandbox, r#"{"engine":"sandbox"}"#),
            (nn(None, 0), r#"{"engine":"nn"}"#),
            (nn(Some(Backend::Onnxruntime), 2), r#"{"engine":"nn","backend":"onnxruntime","threads":2}"#),
        ] {
            assert_eq!(serde_json::to_string(&execution).unwrap(), text);
            assert_eq!(serde_json::from_str::<Execution>(text).unwrap(), execution);
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for text in [r#"{"engine":"gpu"}"#, r#"{"engine":"nn","backend":"abacus"}"#, r#"{"engine":"nn","threads":0}"#] {
            assert!(serde_json::from_str::<Execution>(text).is_err(), "{text}");
        }
    }
}
