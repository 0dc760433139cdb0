//! tract, natively and as it is.

use super::contained;
use crate::case::Case;
use crate::compare::compare;
use crate::tensor::Tensor;
use crate::verdict::{Status, Verdict};
use tract_onnx::data_resolver::FopenDataResolver;
use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::prelude as tract;
use tract_onnx::prelude::{DatumType, Framework, InferenceModelExt, IntoRunnable, TractResult};

/// Runs a test as its file is; if it does not pass, once more without the types and shapes that the file declares
/// for what comes out, which tract's own tests leave out for some operators. Passing in one way is passing.
pub fn run(case: &Case) -> Verdict {
    let plain = judge(case, &tract_onnx::onnx());
    if plain.status == Status::Passed {
        return plain;
    }
    let undeclared = tract_onnx::onnx().with_ignore_output_shapes(true).with_ignore_output_types(true);
    let second = judge(case, &undeclared.with_ignore_value_info(true));
    if second.status == Status::Passed { second } else { plain }
}

fn judge(case: &Case, onnx: &tract_onnx::Onnx) -> Verdict {
    match contained(|| answer(case, onnx)) {
        Err(panic) => Verdict::failed("panics").detailed(panic),
        Ok(Err(error)) => Verdict::unsupported("error").detailed(format!("{error:#}")),
        Ok(Ok(found)) => match compare(case, &found) {
            Ok(()) => Verdict::passed(),
            Err(difference) => Verdict::failed(difference.reason).detailed(difference.detail),
        },
    }
}

fn answer(case: &Case, onnx: &tract_onnx::Onnx) -> TractResult<Vec<Tensor>> {
    let model = onnx.model_for_path(&case.model)?.into_optimized()?.into_runnable()?;
    let inputs = case.inputs.iter().map(|input| Ok(inward(input)?.into())).collect::<TractResult<_>>()?;
    model.run(inputs)?.iter().map(|output| outward(output)).collect()
}

fn inward(input: &Tensor) -> TractResult<tract::Tensor> {
    let proto = TensorProto {
        data_type: input.data_type,
        dims: input.shape.iter().map(|&extent| extent as i64).collect(),
        raw_data: input.bytes.clone(),
        ..Default::default()
    };
    tract_onnx::tensor::load_tensor(&FopenDataResolver, &proto, None)
}

fn outward(output: &tract::Tensor) -> TractResult<Tensor> {
    let data_type = match output.datum_type().unquantized() {
        DatumType::Bool => DataType::Bool,
        DatumType::U8 => DataType::Uint8,
        DatumType::U16 => DataType::Uint16,
        DatumType::U32 => DataType::Uint32,
        DatumType::U64 => DataType::Uint64,
        DatumType::I8 => DataType::Int8,
        DatumType::I16 => DataType::Int16,
        DatumType::I32 => DataType::Int32,
        // Extents of shapes have a type of their own in tract.
        DatumType::I64 | DatumType::TDim => DataType::Int64,
        DatumType::F16 => DataType::Float16,
        DatumType::F32 => DataType::Float,
        DatumType::F64 => DataType::Double,
        _ => DataType::Undefined,
    };
    let dense = if data_type == DataType::Int64 { output.cast_to::<i64>()?.into_owned() } else { output.clone() };
    Ok(Tensor {
        name: String::new(),
        data_type: data_type as i32,
        shape: output.shape().to_vec(),
        bytes: if data_type == DataType::Undefined { Vec::new() } else { dense.as_bytes().to_vec() },
    })
}
