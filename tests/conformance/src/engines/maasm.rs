//! This project's compiler and runtime, natively and in WebAssembly.

use super::wasm::Wasm;
use super::{contained, native};
use crate::case::Case;
use crate::compare::compare;
use crate::tensor::Tensor;
use crate::types;
use crate::verdict::Verdict;
use anyhow::Result;
use maasm::compile::{self, Compiled, Options, Unsupported, compile};
use maasm::source::{self, Limits, Source};
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
        let types = case.test.inputs.iter().chain(&case.test.outputs);
        if let Some(name) = types.into_iter().find(|name| !types::is_known(name)) {
            return Verdict::unsupported(format!("element type {name}"));
        }
        stage("compiling");
        let compiled = match contained(|| compiled(case)) {
            Ok(Ok(compiled)) => compiled,
            Ok(Err(verdict)) => return verdict,
            Err(panic) => return Verdict::failed("compiling panics").detailed(panic),
        };
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
    compile(&source.model, &Options { shapes }).map_err(uncompiled)
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
fn refused(error: source::Error) -> Verdict {
    match error {
        source::Error::Invalid { why, .. } => Verdict::unsupported(format!("refused: {why}")),
        error @ source::Error::Read { .. } => Verdict::failed("the model cannot be read").detailed(error.to_string()),
    }
}

fn uncompiled(error: compile::Error) -> Verdict {
    match error {
        compile::Error::Unsupported(parts) => {
            let mut reasons: Vec<String> =
                parts.iter().map(|Unsupported { operator, reason, .. }| format!("{operator}: {reason}")).collect();
            reasons.sort();
            reasons.dedup();
            Verdict::unsupported(reasons.join("; "))
        }
        compile::Error::Invalid(why) => Verdict::unsupported(why),
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
    fn a_fault_in_one_way_alone_says_in_which() {
        let wrong = Some(("wrong values".to_owned(), "3 instead of 4".to_owned()));
        assert_eq!(combine(None, None).status, Status::Passed);
        assert_eq!(combine(wrong.clone(), wrong.clone()).reason, "wrong values");
        let verdict = combine(None, wrong);
        assert_eq!(verdict.reason, "wrong values in WebAssembly");
        assert_eq!(verdict.detail, "in WebAssembly: 3 instead of 4");
    }
}
