//! Installs Debian packages where that is possible.

use crate::machine::Machine;
use std::path::Path;

const APT: &str = "/usr/bin/apt-get";

/// Installs packages; whether that worked. Takes root or a `sudo` that asks for no password.
pub fn install(machine: &dyn Machine, packages: &[&str]) -> bool {
    let install = [&["install", "--no-install-recommends"], packages].concat();
    machine.exists(Path::new(APT))
        && (as_root(machine, &install) || (as_root(machine, &["update"]) && as_root(machine, &install)))
}

/// Fetches a package and unpacks it into a folder that is there, without installing it: none of its scripts run and
/// none of its services start. Whether that worked. Takes no root, unless the lists of packages are out of date.
pub fn unpack(machine: &dyn Machine, package: &str, folder: &Path) -> bool {
    let Some(folder) = folder.to_str().filter(|_| machine.exists(Path::new(APT))) else { return false };
    let fetch = || machine.change("env", &["-C", folder, APT, "-q", "download", package]);
    let extract = "dpkg-deb --extract \"$0\"_*.deb . && rm \"$0\"_*.deb";
    (fetch() || (as_root(machine, &["update"]) && fetch()))
        && machine.change("env", &["-C", folder, "sh", "-c", extract, package])
}

fn as_root(machine: &dyn Machine, arguments: &[&str]) -> bool {
    let is_root = machine.ask("id", &["-u"]).as_deref() == Some("0");
    // `-n`: rather fail and say what to do than wait for a password that nobody types.
    let (program, before): (_, &[&str]) =
        if is_root { ("env", &["DEBIAN_FRONTEND=noninteractive"]) } else { ("sudo", &["-n"]) };
    machine.change(program, &[before, &[APT, "-q", "-y"], arguments].concat())
}
