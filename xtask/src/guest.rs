//! Compiles the component templates: the guest, once with relaxed SIMD and once without.

use crate::toolchain::{self, Toolchain};
use crate::{process, workspace};
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A set of WebAssembly features that the guests are compiled for.
struct Flavour {
    /// What its files are called after.
    name: &'static str,
    /// Target features, as rustc wants them.
    features: &'static str,
}

const FLAVOURS: [Flavour; 2] =
    [Flavour { name: "relaxed", features: "+simd128,+relaxed-simd" }, Flavour { name: "plain", features: "+simd128" }];

/// The guests: each one's package, and what its files are called.
const GUESTS: [(&str, &str); 1] = [("maasm-model", "model")];

/// Compiles every guest in every flavour to `target/guest/NAME-FLAVOUR.wasm`. A file whose bytes would not change is
/// left alone, so that nothing that embeds it is compiled again.
pub fn build() -> Result<Toolchain> {
    let toolchain = toolchain::find()?;
    for flavour in &FLAVOURS {
        for (package, name) in GUESTS {
            let what = format!("compiling the {name} guest for {}", flavour.features);
            let built = process::step(&what, || compile(&toolchain, flavour, package))?;
            let kept = workspace::templates().join(format!("{name}-{}.wasm", flavour.name));
            copy_if_changed(&built, &kept)?;
        }
    }
    Ok(toolchain)
}

/// Runs clippy on every guest as it is compiled for WebAssembly, if the toolchain has clippy.
pub fn lint(toolchain: &Toolchain) -> Result<()> {
    if !toolchain.has_clippy() {
        eprintln!("  skipped: this toolchain has no clippy");
        return Ok(());
    }
    let flavour = &FLAVOURS[0];
    for (package, _) in GUESTS {
        let (mut command, _) = cargo(toolchain, "clippy", flavour, package);
        process::run(command.args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn compile(toolchain: &Toolchain, flavour: &Flavour, package: &str) -> Result<PathBuf> {
    let (mut command, folder) = cargo(toolchain, "build", flavour, package);
    process::run(&mut command)?;
    Ok(folder.join(toolchain::TARGET).join("guest").join(format!("{}.wasm", package.replace('-', "_"))))
}

/// A cargo command line for a guest, and the folder that it compiles to.
fn cargo(toolchain: &Toolchain, subcommand: &str, flavour: &Flavour, package: &str) -> (Command, PathBuf) {
    // A folder for each flavour: changed flags in a shared one would compile everything again every time.
    let folder = workspace::templates().join("build").join(flavour.name);
    let mut flags = vec!["-C".into(), format!("target-feature={}", flavour.features).into()];
    flags.extend(remapped_paths(toolchain));
    let mut command = toolchain.cargo(subcommand, flags);
    command.args(["--profile", "guest", "--package", package]).arg("--target-dir").arg(&folder);
    command.current_dir(workspace::root());
    (command, folder)
}

/// Flags that keep this machine's folders out of the compiled code, so that the same source gives the same bytes.
fn remapped_paths(toolchain: &Toolchain) -> Vec<OsString> {
    let remap = |from: &Path, to: &str| {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(from);
        flag.push("=");
        flag.push(to);
        flag
    };
    let mut flags = vec![remap(workspace::root(), "/maasm"), remap(&toolchain.sysroot, "/rust")];
    if let Some(home) = cargo_home() {
        flags.push(remap(&home, "/cargo"));
    }
    flags
}

fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

fn copy_if_changed(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    if fs::read(to).ok().as_ref() != Some(&bytes) {
        fs::create_dir_all(to.parent().expect("a file lies in a folder"))?;
        fs::write(to, &bytes).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(())
}
