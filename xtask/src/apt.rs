//! Installs Debian packages where that is possible.

use crate::machine::Machine;
use std::path::Path;

/// Installs packages; whether that worked. Takes root or a `sudo` that asks for no password.
pub fn install(machine: &dyn Machine, packages: &[&str]) -> bool {
    if !machine.exists(Path::new("/usr/bin/apt-get")) {
        return false;
    }
    let is_root = machine.ask("id", &["-u"]).as_deref() == Some("0");
    // `-n`: rather fail and say what to do than wait for a password that nobody types.
    let (program, before): (_, &[&str]) =
        if is_root { ("env", &["DEBIAN_FRONTEND=noninteractive"]) } else { ("sudo", &["-n"]) };
    let apt =
        |arguments: &[&str]| machine.change(program, &[before, &["/usr/bin/apt-get", "-q", "-y"], arguments].concat());
    let install = [&["install", "--no-install-recommends"], packages].concat();
    apt(&install) || (apt(&["update"]) && apt(&install))
}
