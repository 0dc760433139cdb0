//! What is left of the template itself, before it holds a model.

use super::*;
use crate::Simd;
use crate::template::template;
use wasmparser::{Parser, Payload, Validator};

/// Bytes of code.
fn code(module: &[u8]) -> usize {
    let payloads = Parser::new(0).parse_all(module).map(Result::unwrap);
    let of = |payload| match payload {
        Payload::CodeSectionStart { range, .. } => Some(range.len()),
        _ => None,
    };
    payloads.filter_map(of).sum()
}

/// The template with what these symbols stand for, which has to be valid.
fn shaken(simd: Simd, called: impl Fn(&str) -> bool) -> Vec<u8> {
    let filled = Filled { memory: &[], numbers: 0..0 };
    let shaken = shake(template(simd).module, &filled, |name| match name {
        "maasm_reserve" | "maasm_initialize" => Fate::Done,
        _ if !name.starts_with("maasm_") => Fate::Stays,
        _ if called(name) => Fate::Inside,
        _ => Fate::Unused,
    });
    let module = shaken.unwrap().module;
    Validator::new().validate_all(&module).unwrap();
    module
}

#[test]
fn every_kernel_and_decoder_can_be_left_out_and_makes_the_code_smaller() {
    for simd in [Simd::Relaxed, Simd::Plain] {
        let object = Object::read(template(simd).module).unwrap();
        let whole = code(&shaken(simd, |_| true));
        let names = object.exports.iter().map(|(name, _)| *name).filter(|name| name.starts_with("maasm_"));
        let names: Vec<&str> = names.filter(|name| !["maasm_reserve", "maasm_initialize"].contains(name)).collect();
        assert!(names.len() >= 38, "{names:?}");
        for left_out in names {
            let rest = code(&shaken(simd, |name| name != left_out));
            assert!(rest < whole, "{left_out}: {rest} of {whole}");
        }
    }
}

#[test]
fn what_only_reads_models_and_tells_of_panics_is_left_out() {
    let whole = code(template(Simd::Relaxed).module);
    let left = code(&shaken(Simd::Relaxed, |_| true));
    assert!(left * 100 < whole * 85, "{left} of {whole}");
}

#[test]
fn what_puts_a_model_in_is_a_small_part() {
    let module = template(Simd::Relaxed).module;
    let part = only(module, |name| ["maasm_reserve", "maasm_initialize"].contains(&name)).unwrap();
    Validator::new().validate_all(&part).unwrap();
    let (part, whole) = (code(&part), code(module));
    assert!(part * 100 < whole * 30, "{part} of {whole}");
}

#[test]
fn the_same_template_gives_the_same_module() {
    assert!(shaken(Simd::Plain, |name| name.contains("conv")) == shaken(Simd::Plain, |name| name.contains("conv")));
}

#[test]
fn a_module_without_relocations_is_refused() {
    let filled = Filled { memory: &[], numbers: 0..0 };
    let error = shake(b"\0asm\x01\0\0\0", &filled, |_| Fate::Stays).err().unwrap().to_string();
    assert!(error.contains("--emit-relocs"), "{error}");
}
