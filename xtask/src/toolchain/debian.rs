//! Debian's packages: a compiler with the standard library's source. They have no compiled library for the target,
//! so cargo builds it along with the guest, which is a feature that stable compilers open up only when asked to.

use super::Toolchain;
use crate::apt;
use crate::machine::Machine;
use std::path::{Path, PathBuf};

const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const LINKER: &str = "/usr/bin/wasm-ld-22";

pub fn find(machine: &dyn Machine) -> Option<Toolchain> {
    let usable = complete(machine) || (apt::install(machine, &PACKAGES) && complete(machine));
    if !usable {
        return None;
    }
    Some(Toolchain {
        description: format!("Debian's {}, standard library included", machine.ask(RUSTC, &["--version"])?),
        sysroot: PathBuf::from(machine.ask(RUSTC, &["--print", "sysroot"])?),
        cargo: CARGO.into(),
        environment: vec![("RUSTC", RUSTC), ("RUSTC_BOOTSTRAP", "1")],
        arguments: &["-Zbuild-std=std,panic_abort"],
        flags: &["-C", "linker=/usr/bin/wasm-ld-22"],
    })
}

fn complete(machine: &dyn Machine) -> bool {
    let has_source = || {
        let sysroot = machine.ask(RUSTC, &["--print", "sysroot"])?;
        Some(machine.exists(&Path::new(&sysroot).join("lib/rustlib/src/rust/library/Cargo.lock")))
    };
    [CARGO, RUSTC, LINKER].iter().all(|path| machine.exists(Path::new(path))) && has_source() == Some(true)
}
