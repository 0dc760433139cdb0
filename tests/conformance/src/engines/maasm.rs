//! This project's compiler and runtime, natively and in WebAssembly.

use super::wasm::Wasm;
use super::{contained, native};
use crate::case::Case;
use crate::compare::compare;
use crate::tensor::Tensor;
use crate::types;
use crate::verdict::Verdict;
use anyhow::Result;
use maasm_compile::{self as compile, Compiled, Options, Unsupported, compile};
use maasm_graph::{self as graph, Limits, Source};
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Extent;
use tract_onnx::pb::{ValueInfoProto, type_proto};

/// The engine, with what WebAssembly needs.
pub struct Maasm {
    wasm: Wasm,
}

impl Maasm {
    /// Makes it ready.
    ///
    /// # Errors
    /// If the module for WebAssembly is missing or broken.
    pub fn start() -> Result<Self> {
        Ok(Self { wasm: Wasm::start()? })
    }

    /// Compiles a test's model and runs it in both ways; `stage` is told what is being done before it is done.
    pub fn run(&self, case: &Case, stage: &dyn Fn(&str)) -> Verdict {
        if let Some(name) = case.test.types().find(|name| !types::is_known(name)) {
            return Verdict::unsupported(format!("element type {name}"));
        }
        stage("compiling");
        let compiled = match contained(|| compiled(case)) {
            Ok(Ok(compiled)) => compiled,
            Ok(Err(verdict)) => return verdict,
            Err(panic) => return Verdict::failed("compiling panics").detailed(panic),
        };
        if let Err(why) = native::inputs(&compiled.plan, case) {
            return Verdict::failed("the plan's inputs are not the model's").detailed(why);
        }
        stage("natively");
        let natively = judge(case, contained(|| native::run(&compiled, case)));
        stage("in WebAssembly");
        let in_wasm = judge(case, contained(|| self.wasm.run(&compiled, case)));
        combine(natively, in_wasm)
    }
}

fn compiled(case: &Case) -> Result<Compiled, Verdict> {
    let source = Source::from_onnx(&case.model, &Limits::default()).map_err(refused)?;
    let ports = source.model.graph.iter().flat_map(|graph| &graph.input);
    let open = ports.zip(&case.inputs).filter(|(port, _)| is_open(port));
    let shapes = open.map(|(port, input)| (port.name.clone(), input.shape.clone())).collect();
    compile(&source.model, &Options { shapes, ..Default::default() }).map_err(uncompiled)
}

/// Whether a model leaves a part of an input's shape open.
fn is_open(port: &ValueInfoProto) -> bool {
    let Some(type_proto::Value::TensorType(tensor)) = port.r#type.as_ref().and_then(|t| t.value.as_ref()) else {
        return false;
    };
    let fixed = |dim: &Option<Extent>| matches!(dim, Some(Extent::DimValue(_)));
    tensor.shape.as_ref().is_none_or(|shape| !shape.dim.iter().all(|dim| fixed(&dim.value)))
}

/// The verdict on a file that is refused before it is compiled, without the file's name.
fn refused(error: graph::Error) -> Verdict {
    match error {
        graph::Error::Invalid { why, .. } => Verdict::unsupported(essence(&why)).detailed(why),
        error @ graph::Error::Read { .. } => Verdict::failed("the model cannot be read").detailed(error.to_string()),
    }
}

fn uncompiled(error: compile::Error) -> Verdict {
    match error {
        compile::Error::Unsupported(parts) => {
            let mut reasons: Vec<String> =
                parts.iter().map(|Unsupported { operator, reason, .. }| format!("{operator}: {reason}")).collect();
            reasons.sort();
            reasons.dedup();
            let all = reasons.join("; ");
            Verdict::unsupported(essence(&all)).detailed(all)
        }
        compile::Error::Invalid(why) => Verdict::unsupported(essence(&why)).detailed(why),
    }
}

/// What is the same in a message for every node that it may be about, and not too long for a table.
fn essence(why: &str) -> String {
    const LONGEST: usize = 160;
    // Every second part is a name between quotation marks.
    let parts = why.split('"').enumerate().map(|(index, part)| if index % 2 == 0 { part } else { "…" });
    let nameless = parts.collect::<Vec<_>>().join("\"");
    let digit = |c: char| c.is_ascii_digit();
    let mut pieces = nameless.split('#');
    let first = pieces.next().unwrap_or_default().to_owned();
    let text = pieces.fold(first, |text, piece| text + "#" + piece.trim_start_matches(digit));
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// What is wrong with an answer, if anything: in the same words on every machine, and in detail.
fn judge(case: &Case, answer: Result<Result<Vec<Tensor>, String>, String>) -> Option<(String, String)> {
    match answer {
        Err(panic) => Some(("panics".into(), panic)),
        Ok(Err(why)) => Some(("gives nothing".into(), why)),
        Ok(Ok(found)) => compare(case, &found).err().map(|difference| (difference.reason, difference.detail)),
    }
}

fn combine(natively: Option<(String, String)>, in_wasm: Option<(String, String)>) -> Verdict {
    match (natively, in_wasm) {
        (None, None) => Verdict::passed(),
        (Some(native), Some(wasm)) if native.0 == wasm.0 => Verdict::failed(native.0).detailed(native.1),
        (native, wasm) => {
            let told = |way: &str, wrong: &Option<(String, String)>| {
                wrong.as_ref().map(|(reason, detail)| (format!("{reason} {way}"), format!("{way}: {detail}")))
            };
            let parts: Vec<_> =
                [told("natively", &native), told("in WebAssembly", &wasm)].into_iter().flatten().collect();
            let join = |part: fn(&(String, String)) -> &str| parts.iter().map(part).collect::<Vec<_>>().join(", ");
            Verdict::failed(join(|part| &part.0)).detailed(join(|part| &part.1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Status;

    #[test]
    fn a_reason_names_no_node_and_is_not_long() {
        assert_eq!(essence(r#"node #1 "conv_3" (Conv): too "wide""#), r#"node # "…" (Conv): too "…""#);
        assert_eq!(essence(&"ä".repeat(200)), "ä".repeat(160) + "…");
    }

    #[test]
    fn a_fault_in_one_way_alone_says_in_which() {
        let wrong = Some(("wrong values".to_owned(), "3 instead of 4".to_owned()));
        assert_eq!(combine(None, None).status, Status::Passed);
        assert_eq!(combine(wrong.clone(), wrong.clone()).reason, "wrong values");
        let verdict = combine(None, wrong);
        assert_eq!(verdict.reason, "wrong values in WebAssembly");
        assert_eq!(verdict.detail, "in WebAssembly: 3 instead of 4");
    }
}
