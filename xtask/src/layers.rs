//! Whether every crate of the product uses only what the table in `ARCHITECTURE.md` says that it may.

use crate::workspace;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The names of crates by the folder that uses them; a crate's name is the last part of its folder's path.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// The folders whose crates are looked at.
const PRODUCT: [&str; 2] = ["guest", "host"];

/// Compares the manifests with the table.
pub fn check() -> Result<()> {
    let text = fs::read_to_string(workspace::root().join("ARCHITECTURE.md")).context("cannot read ARCHITECTURE.md")?;
    let used = used(&workspace::metadata(&["--no-deps"])?, workspace::root());
    let differences = differences(&table(&text), &used);
    if !differences.is_empty() {
        bail!("manifests and the table in ARCHITECTURE.md differ:\n  {}", differences.join("\n  "));
    }
    Ok(())
}

/// The rows of the table: its first column is a folder, its last what the crate there may use.
fn table(text: &str) -> Uses {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix('|'));
    let row = |row: &str| {
        let (folder, rest) = row.split_once('`')?;
        let names = rest.rsplit('|').next()?.split(',').map(|name| name.trim().to_owned());
        Some((folder.trim_end_matches('/').to_owned(), names.filter(|name| !name.is_empty()).collect()))
    };
    rows.filter_map(row).collect()
}

/// The crates of this workspace that each crate of the product is compiled with.
fn used(metadata: &Value, root: &Path) -> Uses {
    let last = |path: &str| Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
    let of = |package: &Value| {
        let manifest = Path::new(package["manifest_path"].as_str()?);
        let folder = manifest.parent()?.strip_prefix(root).ok()?.to_str()?.to_owned();
        if !PRODUCT.contains(&folder.split('/').next()?) {
            return None;
        }
        let dependencies = package["dependencies"].as_array()?.iter();
        // Those of tests and build scripts have other kinds.
        let compiled_with = dependencies.filter(|dependency| dependency["kind"].is_null());
        Some((folder, compiled_with.filter_map(|dependency| last(dependency["path"].as_str()?)).collect()))
    };
    metadata["packages"].as_array().into_iter().flatten().filter_map(of).collect()
}

fn differences(allowed: &Uses, used: &Uses) -> Vec<String> {
    let mut differences = Vec::new();
    for (folder, names) in used {
        let Some(allowed) = allowed.get(folder) else {
            differences.push(format!("{folder} is not in the table"));
            continue;
        };
        differences.extend(names.difference(allowed).map(|name| format!("{folder} uses {name}, which it may not")));
        differences.extend(allowed.difference(names).map(|name| format!("{folder} may use {name} and does not")));
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_crate_that_uses_what_it_may_not_is_named() {
        let allowed = table(
            "| folder | what | may use |\n|---|---|---|\n| `host/registry` | where versions are | files |\n| `host/` | all | registry |\n",
        );
        let package = |folder: &str, paths: &[&str]| {
            let on = |path: &&str| json!({"path": format!("/root/{path}"), "kind": null});
            let mut dependencies: Vec<Value> = paths.iter().map(on).collect();
            dependencies.push(json!({"path": "/root/tests", "kind": "dev"}));
            dependencies.push(json!({"name": "serde", "kind": null}));
            json!({"manifest_path": format!("/root/{folder}/Cargo.toml"), "dependencies": dependencies})
        };
        let of = |registry: &[&str]| {
            let packages =
                [package("host/registry", registry), package("host", &["host/registry"]), package("xtask", &[])];
            differences(&allowed, &used(&json!({"packages": packages}), Path::new("/root")))
        };
        assert!(of(&["host/files"]).is_empty());
        assert_eq!(of(&["host/files", "host/compile"]), ["host/registry uses compile, which it may not"]);
        assert_eq!(of(&[]), ["host/registry may use files and does not"]);
        assert_eq!(
            differences(&Uses::new(), &[("host/new".to_owned(), BTreeSet::new())].into()),
            ["host/new is not in the table"]
        );
    }
}
