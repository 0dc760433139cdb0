//! A panic is a fault like others.

use crate::{ErrorCode, Fault};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does something that may panic. What it worked on must not be used again after a panic, or bear it.
pub fn contain<T, E: Into<Fault>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, Fault> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(Into::into),
        Err(panic) => Err(Fault::new(ErrorCode::RuntimeError, format!("the backend failed: {}", said(&*panic)))),
    }
}

/// What a panic says.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it does not say why")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_runtime_error_that_says_what_it_said() {
        let fault = contain(|| -> Result<(), Fault> { panic!("no {}", "luck") }).unwrap_err();
        assert_eq!(fault, Fault::new(ErrorCode::RuntimeError, "the backend failed: no luck"));
    }
}
