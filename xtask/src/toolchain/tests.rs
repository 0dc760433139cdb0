//! The search on machines of all kinds.

use super::*;
use std::cell::RefCell;
use std::path::Path;

/// A machine of which only this is known.
#[derive(Default)]
struct Fake {
    /// What exists.
    paths: RefCell<Vec<&'static str>>,
    /// Programs that succeed in changing the machine, and what exists thereafter.
    installers: Vec<(&'static str, &'static [&'static str])>,
    /// The changes that were made, in order.
    changes: RefCell<Vec<String>>,
}

const RUSTUP_LIBRARY: &str = "/rustup/lib/rustlib/wasm32-unknown-unknown/lib";
const DEBIAN: &[&str] =
    &["/usr/bin/cargo", "/usr/bin/rustc", "/usr/bin/wasm-ld-22", "/usr/lib/rustlib/src/rust/library/Cargo.lock"];

impl Machine for Fake {
    fn exists(&self, path: &Path) -> bool {
        self.paths.borrow().iter().any(|known| Path::new(known) == path)
    }

    fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let answer = match (program, arguments) {
            ("rustc", ["--print", "sysroot"]) => "/rustup",
            ("rustc", ["--version"]) => "rustc 1.95.0",
            ("/usr/bin/rustc", ["--print", "sysroot"]) => "/usr",
            ("/usr/bin/rustc", ["--version"]) => "rustc 1.96.0",
            ("id", ["-u"]) => "0",
            _ => return None,
        };
        Some(answer.to_owned())
    }

    fn change(&self, program: &str, arguments: &[&str]) -> bool {
        let line = format!("{program} {}", arguments.join(" "));
        let installer = self.installers.iter().find(|(name, _)| line.contains(name));
        self.paths.borrow_mut().extend(installer.map_or(&[][..], |installer| installer.1));
        self.changes.borrow_mut().push(line);
        installer.is_some()
    }
}

#[test]
fn an_installed_target_is_taken_without_changing_the_machine() {
    let machine = Fake { paths: RefCell::new(vec![RUSTUP_LIBRARY]), ..Fake::default() };
    let toolchain = choose(&machine, None).unwrap();
    assert_eq!(toolchain.description, "the installed rustc 1.95.0");
    assert!(machine.changes.borrow().is_empty());
}

#[test]
fn a_missing_target_is_fetched_by_rustup() {
    let machine = Fake { installers: vec![("rustup target add", &[RUSTUP_LIBRARY])], ..Fake::default() };
    let toolchain = choose(&machine, None).unwrap();
    assert!(toolchain.description.contains("rustup has just fetched"), "{}", toolchain.description);
}

#[test]
fn debians_compiler_is_taken_where_rustup_can_fetch_nothing() {
    let machine = Fake { paths: RefCell::new(DEBIAN.to_vec()), ..Fake::default() };
    let toolchain = choose(&machine, None).unwrap();
    assert_eq!(toolchain.cargo, "/usr/bin/cargo");
    assert_eq!(*machine.changes.borrow(), ["rustup target add wasm32-unknown-unknown"]);
}

#[test]
fn debians_packages_are_installed_where_there_is_nothing_else() {
    let machine = Fake {
        paths: RefCell::new(vec!["/usr/bin/apt-get"]),
        installers: vec![("rustc-web cargo-web rust-web-src lld-22", DEBIAN)],
        ..Fake::default()
    };
    assert_eq!(choose(&machine, None).unwrap().cargo, "/usr/bin/cargo");
}

#[test]
fn a_forced_toolchain_is_taken_even_if_the_other_one_is_there() {
    let machine = Fake { paths: RefCell::new([&[RUSTUP_LIBRARY], DEBIAN].concat()), ..Fake::default() };
    assert_eq!(choose(&machine, Some("debian")).unwrap().cargo, "/usr/bin/cargo");
    assert_eq!(choose(&machine, Some("rustup")).unwrap().environment, []);
}

#[test]
fn where_nothing_works_the_error_says_what_to_install() {
    let error = choose(&Fake::default(), None).unwrap_err().to_string();
    assert!(error.contains("rustup target add wasm32-unknown-unknown"), "{error}");
    assert!(error.contains("apt-get install rustc-web"), "{error}");
}

#[test]
fn an_unknown_toolchain_is_refused() {
    let error = choose(&Fake::default(), Some("gcc")).unwrap_err().to_string();
    assert!(error.contains("\"gcc\"") && error.contains("`rustup` or `debian`"), "{error}");
}
