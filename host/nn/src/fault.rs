//! What goes wrong, and the code that the standard has for it.

use crate::ErrorCode;
use wasmtime_wasi_nn::backend::BackendError;

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// The standard's name for its kind.
    pub code: ErrorCode,
    /// What is wrong, in a sentence.
    pub message: String,
}

impl Fault {
    /// A fault of this kind.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// What the caller gave cannot be used.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidArgument, message)
    }
}

/// The traits of backends know of fewer kinds of errors than the standard has. A fault goes through them as it is.
impl From<Fault> for BackendError {
    fn from(fault: Fault) -> Self {
        Self::BackendAccess(wasmtime::Error::new(fault))
    }
}

impl From<BackendError> for Fault {
    fn from(error: BackendError) -> Self {
        let code = match &error {
            BackendError::BackendAccess(inner) => match inner.downcast_ref::<Self>() {
                Some(fault) => return fault.clone(),
                None => return Self::new(ErrorCode::RuntimeError, format!("{inner:#}")),
            },
            BackendError::GuestAccess(_) | BackendError::UnsupportedTensorType(_) => ErrorCode::InvalidArgument,
            BackendError::InvalidNumberOfBuilders(..) => ErrorCode::InvalidArgument,
            BackendError::NotEnoughMemory(_) => ErrorCode::TooLarge,
        };
        Self::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_goes_through_the_backends_error_as_it_is() {
        let fault = Fault::new(ErrorCode::Timeout, "too slow");
        assert_eq!(Fault::from(BackendError::from(fault.clone())), fault);
    }

    #[test]
    fn errors_of_other_backends_get_the_code_that_suits_them() {
        let code = |error: BackendError| Fault::from(error).code;
        assert_eq!(code(BackendError::UnsupportedTensorType("f8".into())), ErrorCode::InvalidArgument);
        assert_eq!(code(BackendError::NotEnoughMemory(7)), ErrorCode::TooLarge);
        assert_eq!(code(BackendError::BackendAccess(wasmtime::Error::msg("broken"))), ErrorCode::RuntimeError);
    }
}
