//! A module without what is not reached.

use super::object::Object;
use super::traps::Instruction;
use std::convert::Infallible;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, ExportSection, Function, FunctionSection, Module, RawSection,
};
use wasmparser::{Parser, Payload};

/// What becomes of a module's parts.
pub struct Kept<'a> {
    /// The new index of each function, of those that are kept.
    pub functions: Vec<Option<u32>>,
    /// The instructions of each function that is kept.
    pub bodies: Vec<Vec<Instruction<'a>>>,
}

/// Writes the module anew: with these functions, the exports for which `exported` holds, and no custom sections but the one
/// that tells its WIT world. Data stays as it is.
///
/// # Errors
/// If the module cannot be read.
pub fn write(
    module: &[u8],
    object: &Object,
    kept: &mut Kept,
    exported: impl Fn(&str) -> bool,
) -> Result<Vec<u8>, reencode::Error<Infallible>> {
    let mut written = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::FunctionSection(section) => {
                let mut functions = FunctionSection::new();
                for (function, kind) in section.into_iter().enumerate() {
                    let kind = kind?;
                    if kept.functions[function].is_some() {
                        functions.function(kind);
                    }
                }
                written.section(&functions);
            }
            Payload::ExportSection(section) => {
                let mut exports = ExportSection::new();
                for export in section {
                    let export = export?;
                    if exported(export.name) {
                        kept.parse_export(&mut exports, export)?;
                    }
                }
                written.section(&exports);
            }
            Payload::ElementSection(_) => _ = written.section(&kept.table(object)),
            Payload::CodeSectionStart { .. } => _ = written.section(&kept.code(object)?),
            Payload::CodeSectionEntry(_) => {}
            Payload::CustomSection(section) if !section.name().starts_with("component-type") => {}
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    written.section(&RawSection { id, data: &module[range] });
                }
            }
        }
    }
    Ok(written.finish())
}

impl Kept<'_> {
    /// The table of functions, empty where none is left.
    fn table(&self, object: &Object) -> ElementSection {
        let mut elements = ElementSection::new();
        let left = object.table.iter().filter_map(|&(place, old)| Some((place, self.functions[old as usize]?)));
        let left: Vec<(u32, u32)> = left.collect();
        for run in left.chunk_by(|before, next| before.0 + 1 == next.0) {
            let functions: Vec<u32> = run.iter().map(|&(_, function)| function).collect();
            elements.active(None, &ConstExpr::i32_const(run[0].0 as i32), Elements::Functions(functions.into()));
        }
        elements
    }

    fn code(&mut self, object: &Object) -> Result<CodeSection, reencode::Error<Infallible>> {
        let mut code = CodeSection::new();
        for (function, body) in object.bodies.iter().enumerate() {
            if self.functions[function].is_none() {
                continue;
            }
            let mut written: Function = self.new_function_with_parsed_locals(body)?;
            for Instruction { operator, .. } in std::mem::take(&mut self.bodies[function]) {
                written.instruction(&self.instruction(operator)?);
            }
            code.function(&written);
        }
        Ok(code)
    }
}

impl Reencode for Kept<'_> {
    type Error = Infallible;

    fn function_index(&mut self, old: u32) -> Result<u32, reencode::Error<Infallible>> {
        Ok(self.functions[old as usize].expect("what is referred to is kept"))
    }
}
