//! Compiles the component templates: the guest, once with relaxed SIMD and once without.

use crate::toolchain::{self, Toolchain};
use crate::{process, workspace};
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A set of WebAssembly features that the guests are compiled for.
#[derive(Clone, Copy, PartialEq)]
struct Flavour {
    /// What its files are called after.
    name: &'static str,
    /// Target features, as rustc wants them.
    features: &'static str,
}

const RELAXED: Flavour = Flavour { name: "relaxed", features: "+simd128,+relaxed-simd" };
const PLAIN: Flavour = Flavour { name: "plain", features: "+simd128" };
/// Of guests with kernels.
const BOTH: &[Flavour] = &[RELAXED, PLAIN];

/// Something that is compiled for WebAssembly.
#[derive(Clone, Copy)]
pub struct Guest {
    /// Its package.
    package: &'static str,
    /// What its files are called.
    name: &'static str,
    /// The flavours that there is a use for.
    flavours: &'static [Flavour],
    /// What the linker does beside linking.
    linking: &'static str,
}

impl Guest {
    /// Its flavours and their files, for the host to embed.
    fn files(&self) -> impl Iterator<Item = (Flavour, PathBuf)> {
        let file = |flavour: &Flavour| workspace::templates().join(format!("{}-{}.wasm", self.name, flavour.name));
        self.flavours.iter().map(move |flavour| (*flavour, file(flavour)))
    }
}

/// Symbols and relocations stay, for the packager, which leaves out what is not needed once it knows what that is.
const RELOCATABLE: &str = "link-arg=--emit-relocs";
const STRIPPED: &str = "strip=symbols";

/// The component template.
pub const MODEL: Guest = Guest { package: "maasm-model", name: "model", flavours: BOTH, linking: RELOCATABLE };
/// The component template over wasi-nn. It computes nothing itself that relaxed SIMD would make faster.
pub const MODEL_NN: Guest =
    Guest { package: "maasm-model-nn", name: "model-nn", flavours: &[PLAIN], linking: STRIPPED };
/// The front that serves a model over HTTP. It computes nothing itself that SIMD would make faster.
pub const API: Guest = Guest { package: "maasm-api", name: "api", flavours: &[PLAIN], linking: STRIPPED };
/// The check of the kernels that only WebAssembly has.
pub const SELF_CHECK: Guest =
    Guest { package: "maasm-self-check", name: "self-check", flavours: BOTH, linking: STRIPPED };

/// Compiles guests, each in its flavours, to `target/guest/NAME-FLAVOUR.wasm`, and runs `cargo`, which compiles something
/// that may embed them. Gives the toolchain that compiled the guests.
///
/// The first time, both happen at once: the host's build script waits for the lock that is held here.
pub fn build_beside(guests: &[Guest], cargo: &mut Command, what: &str) -> Result<Toolchain> {
    let toolchain = toolchain::find()?;
    let is_first = !guests.iter().flat_map(Guest::files).all(|(_, file)| file.exists());
    if is_first {
        fs::create_dir_all(workspace::templates())?;
        let lock = File::create(workspace::templates().join("lock"))?;
        lock.lock().context("cannot lock target/guest")?;
        let compile = || {
            let result = build(&toolchain, guests);
            drop(lock);
            result
        };
        process::step(&format!("{what}, and the guests beside it"), || {
            process::beside(compile, || process::run(cargo)).map(|_| ())
        })?;
    } else {
        build(&toolchain, guests)?;
    }
    // The first time, too: a template may have changed after cargo had looked whether it did.
    process::step(what, || process::run(cargo))?;
    Ok(toolchain)
}

/// Compiles guests, both flavours at once. A file whose bytes would not change is left alone, so that nothing that embeds
/// it is compiled again.
fn build(toolchain: &Toolchain, guests: &[Guest]) -> Result<()> {
    let compile_all = |flavour: &Flavour| {
        for guest in guests {
            if let Some((_, kept)) = guest.files().find(|(made, _)| made == flavour) {
                let what = format!("compiling the {} guest for {}", guest.name, flavour.features);
                let built = process::step(&what, || compile(toolchain, flavour, guest))?;
                copy_if_changed(&built, &kept)?;
            }
        }
        Ok(())
    };
    process::beside(|| compile_all(&RELAXED), || compile_all(&PLAIN)).map(|_| ())
}

/// Runs clippy on guests as they are compiled for WebAssembly, if the toolchain has clippy.
pub fn lint(toolchain: &Toolchain, guests: &[Guest]) -> Result<()> {
    if !toolchain.has_clippy() {
        eprintln!("  skipped: this toolchain has no clippy");
        return Ok(());
    }
    for guest in guests {
        let flavour = &guest.flavours[0];
        let (mut command, _) = cargo(toolchain, "clippy", flavour, guest.package);
        process::run(command.args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn compile(toolchain: &Toolchain, flavour: &Flavour, guest: &Guest) -> Result<PathBuf> {
    // What concerns the linker goes to the guest alone, so that guests share what they depend on.
    let (mut command, folder) = cargo(toolchain, "rustc", flavour, guest.package);
    process::run(command.args(["--", "-C", guest.linking]))?;
    Ok(folder.join(toolchain::TARGET).join("guest").join(format!("{}.wasm", guest.package.replace('-', "_"))))
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
        // The last one that fits counts. Crates lie in folders that are called after the registry.
        let registries = fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
        flags.extend(registries.map(|registry| remap(&registry.path(), "/crates")));
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
