//! Debian's packages: a compiler with the standard library's source. They have no compiled library for the target,
//! so cargo builds it along with the guest, which is a feature that stable compilers open up only when asked to.

use super::Toolchain;
use super::machine::Machine;
use std::path::{Path, PathBuf};

const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const LINKER: &str = "/usr/bin/wasm-ld-22";

pub fn find(machine: &dyn Machine) -> Option<Toolchain> {
    let usable = complete(machine) || (install(machine) && complete(machine));
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

fn install(machine: &dyn Machine) -> bool {
    if !machine.exists(Path::new("/usr/bin/apt-get")) {
        return false;
    }
    let is_root = machine.ask("id", &["-u"]).as_deref() == Some("0");
    // `-n`: rather fail and say what to do than wait for a password that nobody types.
    let (program, before): (_, &[&str]) =
        if is_root { ("env", &["DEBIAN_FRONTEND=noninteractive"]) } else { ("sudo", &["-n"]) };
    let apt =
        |arguments: &[&str]| machine.change(program, &[before, &["/usr/bin/apt-get", "-q", "-y"], arguments].concat());
    let install = [&["install", "--no-install-recommends"], &PACKAGES[..]].concat();
    apt(&install) || (apt(&["update"]) && apt(&install))
}
