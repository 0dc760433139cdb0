//! `cargo xtask hosts`

use super::{serve, trial};
use crate::workspace::Profile;
use crate::{machine, node, process, python, samples, workspace};
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Linux takes no longer argument than 128 KiB, and `wasmtime run --invoke` takes the picture as one, in decimal digits.
const LARGEST_PICTURE: u64 = 30_000;

/// Has one component answer in every host that is there, and writes `docs/hosts.md`. Arguments: `--rounds N`,
/// `--requests N`.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let python = python::with_packages("test")?;
    let jco = node::with(node::JCO)?;
    let (maasm, trials) = trial::build(Profile::Release)?;
    let mut tables = Vec::new();
    for (simd, title) in FLAVOURS {
        let (component, cat) = serve::package(&maasm, simd)?;
        let picture = smaller(&python, &cat)?;
        tables.push(process::step(&format!("asking every host, {title}"), || {
            let mut command = Command::new(&trials);
            command.arg("--maasm").arg(&maasm).arg("hosts").arg("--component").arg(&component);
            command.args(["--model", "efficientnet-lite0", "--picture"]).arg(&picture).args(arguments);
            command.env("MAASM_PYTHON", &python);
            if let Some(jco) = jco.as_ref() {
                command.env("MAASM_JCO", jco);
            }
            Ok(format!("## With {title}\n\n{}", process::capture(&mut command)?))
        })?);
    }
    let page = format!("{}{}", introduction()?, tables.join("\n"));
    fs::write(workspace::root().join("docs/hosts.md"), &page)?;
    println!("{page}");
    Ok(())
}

/// How the component is packaged, and what that is called.
const FLAVOURS: [(&str, &str); 2] = [("plain", "SIMD alone"), ("relaxed", "relaxed SIMD")];

/// The photograph in fewer bytes.
fn smaller(python: &Path, photograph: &Path) -> Result<PathBuf> {
    let picture = samples::folder().join("cat.jpg");
    let script =
        "import sys; from PIL import Image; Image.open(sys.argv[1]).convert('RGB').save(sys.argv[2], quality=60)";
    process::run(Command::new(python).args(["-c", script]).args([photograph, &picture]))?;
    match fs::metadata(&picture)?.len() {
        0..=LARGEST_PICTURE => Ok(picture),
        size => bail!("the picture has {size} bytes, more than {LARGEST_PICTURE}"),
    }
}

fn introduction() -> Result<String> {
    let processor = machine::processor();
    let cores = std::thread::available_parallelism()?;
    Ok(format!(
        "# Results of `cargo xtask hosts`\n\n\
         One component, byte for byte the same file, in third-party hosts: EfficientNet-Lite0, 224 × 224, f32, and a JPEG \
         photograph of 451 × 300. The hosts took turns on {processor}, {cores} cores. A start is from the \
         program's beginning to its first answer; the first one may find nothing prepared, the median of the later ones is \
         beside it. One answer is the median of one more. The same logits are the same bits in all 1000 of them, every time.\n\n"
    ))
}
