//! Panics in the front end become errors: a strange model must not end a server.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; a panic in it is not printed but returned as its message.
///
/// # Errors
/// The first line of the panic's message.
pub fn contain<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static QUIETEN: Once = Once::new();
    QUIETEN.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !CONTAINED.get() {
                previous(info);
            }
        }));
    });
    let outer = CONTAINED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    CONTAINED.set(outer);
    result.map_err(|payload| {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown panic");
        // What comes after the first line is a trace.
        text.lines().next().unwrap_or_default().to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::contain;

    #[test]
    fn a_panic_comes_back_as_its_message() {
        assert_eq!(contain(|| 3), Ok(3));
        assert_eq!(contain(|| -> () { panic!("no {}\n\ntrace", "way") }), Err("no way".into()));
    }
}
