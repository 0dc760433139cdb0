//! Whether every dependency's licence is allowed, by the list in `deny.toml` that cargo-deny reads too.

use crate::workspace;
use anyhow::{Context, Result, bail};
use spdx::{Expression, LicenseReq, Licensee, ParseMode};
use std::fs;

/// Checks every package that the workspace is compiled with, here and for WebAssembly.
pub fn check() -> Result<()> {
    let list = fs::read_to_string(workspace::root().join("deny.toml")).context("cannot read deny.toml")?;
    let allowed = allowed(&list)?;
    let host = workspace::host_triple()?;
    let platforms = ["--filter-platform", &host, "--filter-platform", crate::toolchain::TARGET];
    let metadata = workspace::metadata(&platforms)?;
    let mut refused = Vec::new();
    for package in metadata["packages"].as_array().context("`cargo metadata` lists no packages")? {
        let licence = package["license"].as_str().unwrap_or_default();
        if !is_allowed(licence, &allowed) {
            refused.push(format!("{} {}: {licence:?}", package["name"], package["version"]));
        }
    }
    if !refused.is_empty() {
        bail!("deny.toml does not allow these licences:\n  {}", refused.join("\n  "));
    }
    Ok(())
}

fn allowed(list: &str) -> Result<Vec<Licensee>> {
    let list: toml::Table = list.parse().context("deny.toml is not TOML")?;
    let names = list.get("licenses").and_then(|table| table.get("allow")?.as_array()).into_iter().flatten();
    let names = names.map(|name| name.as_str().context("deny.toml: `allow` lists something that is not a string"));
    names.map(|name| name.and_then(|name| Licensee::parse(name).with_context(|| name.to_owned()))).collect()
}

/// Whether an SPDX expression can be satisfied with what is allowed. Older packages write `A/B` for `A OR B`.
fn is_allowed(licence: &str, allowed: &[Licensee]) -> bool {
    let satisfied = |wanted: &LicenseReq| allowed.iter().any(|licensee| licensee.satisfies(wanted));
    Expression::parse_mode(licence, ParseMode::LAX).is_ok_and(|expression| expression.evaluate(satisfied))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_allowed_if_some_reading_of_it_is() {
        let allowed = allowed("[licenses]\nallow = ['MIT', 'Apache-2.0 WITH LLVM-exception']").unwrap();
        for (licence, expected) in [
            ("MIT", true),
            ("GPL-3.0-only OR MIT", true),
            ("GPL-3.0/MIT", true),
            ("MIT AND Apache-2.0 WITH LLVM-exception", true),
            ("MIT AND GPL-3.0-only", false),
            ("Apache-2.0", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(licence, &allowed), expected, "{licence:?}");
        }
    }
}
