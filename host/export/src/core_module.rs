//! A core module with a C interface, for hosts that know no components.
//!
//! A component that `maasm package` made holds one core module, which already speaks the Component Model's canonical ABI:
//! numbers in registers, everything else in its memory, laid out as C lays it out. So nothing is added to it. Its exports
//! get names that C takes, and the header tells its structures.

use super::{Error, File};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ExportSection, Module, RawSection};
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// What C programs include.
const HEADER: &str = include_str!("core_module/maasm.h");

/// What the exports of `maasm:model/inference` are called in the component.
const INTERFACE: &str = "maasm:model/inference@0.1.0#";
/// What comes before the name of the function that frees another one's result.
const FREE: &str = "cabi_post_";

/// The files for a component of this name.
pub(super) fn files(name: &str, component: &[u8]) -> Result<Vec<File>, Error> {
    let module = renamed(core_module(component)?).map_err(|error| Error::NotPackaged(error.to_string()))?;
    Ok(vec![File::new(format!("{name}.wasm"), module), File::new("maasm.h", HEADER)])
}

/// Whether a module or component uses relaxed SIMD, which not every host has.
pub fn is_relaxed(bytes: &[u8]) -> bool {
    let plain = WasmFeatures::default() - WasmFeatures::RELAXED_SIMD;
    Validator::new_with_features(plain).validate_all(bytes).is_err()
}

/// The one core module in a component. Components inside it, which only give exports their types, hold none.
fn core_module(component: &[u8]) -> Result<&[u8], Error> {
    let mut modules = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(|error| Error::NotPackaged(error.to_string()))?;
        if let Payload::ModuleSection { unchecked_range, .. } = payload {
            modules.push(unchecked_range);
        }
    }
    match &modules[..] {
        [module] => Ok(&component[module.clone()]),
        _ => Err(Error::NotPackaged(format!("it holds {} core modules, not one", modules.len()))),
    }
}

/// The module with the exports that C calls, and no others.
fn renamed(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut made = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ExportSection(section) => {
                let mut exports = ExportSection::new();
                for export in section {
                    let export = export?;
                    if let Some(name) = name_in_c(export.name) {
                        exports.export(&name, RoundtripReencoder.export_kind(export.kind)?, export.index);
                    }
                }
                made.section(&exports);
            }
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    made.section(&RawSection { id, data: &module[range] });
                }
            }
        }
    }
    Ok(made.finish())
}

/// What an export is called in C; nothing for those that C does not need.
fn name_in_c(export: &str) -> Option<String> {
    match export {
        "memory" => return Some(export.into()),
        "cabi_realloc" => return Some("maasm_reallocate".into()),
        _ => (),
    }
    let (function, ending) = match export.strip_prefix(FREE) {
        Some(function) => (function, "_free"),
        None => (export, ""),
    };
    Some(format!("maasm_{}{ending}", function.strip_prefix(INTERFACE)?.replace('-', "_")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_get_names_that_c_takes_and_what_c_does_not_need_gets_none() {
        for (export, expected) in [
            ("memory", Some("memory")),
            ("cabi_realloc", Some("maasm_reallocate")),
            ("maasm:model/inference@0.1.0#infer-media", Some("maasm_infer_media")),
            ("cabi_post_maasm:model/inference@0.1.0#infer-media", Some("maasm_infer_media_free")),
            ("maasm:model/stages@0.1.0#decode", None),
            ("cabi_realloc_wit_bindgen_0_61_1", None),
        ] {
            assert_eq!(name_in_c(export).as_deref(), expected, "{export}");
        }
    }

    #[test]
    fn what_holds_no_core_module_or_is_none_is_refused() {
        let component = b"\0asm\x0d\0\x01\0";
        for (bytes, says) in [(&component[..], "0 core modules"), (b"anything", "magic")] {
            let error = files("x", bytes).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
