//! From an operator to its kernel.
//!
//! Every operator has one function, its entry, and in WebAssembly a symbol for it: the packager knows by [`entry`] which ones a
//! plan calls, and leaves the others out of the component with all that they alone need.

use super::{
    Fault, Geometry, MAX_INPUTS, Operand, binary, cast, contract, conv, copy, cumulate, depthwise, fill, found, gather,
    grid_sample, linear, local_response, pool, quantized, reduce, resample, select, softmax, top, unary, unpack, widen,
};
use crate::simd::Level;
use bytemuck::{cast_slice, cast_slice_mut};
use maasm_plan::op::{self, LinearOutput, Op, Rescaled};
use maasm_plan::{ElementType, Tensor};

/// What one validated step works with.
pub struct Call<'a> {
    /// The instruction set.
    pub level: Level,
    /// What it reads, in the order that the operator documents.
    pub inputs: &'a [Operand<'a>; MAX_INPUTS],
    /// The tensor that it writes.
    pub to: &'a Tensor,
    /// That tensor's bytes.
    pub output: &'a mut [u8],
    /// The bytes of the step's scratch tensor.
    pub scratch: &'a mut [u8],
    /// [`WORKSPACE`](super::WORKSPACE) floats.
    pub workspace: &'a mut [f32],
}

impl<'a> Call<'a> {
    fn x(&self) -> &'a Operand<'a> {
        &self.inputs[0]
    }

    fn second(&self) -> &'a Operand<'a> {
        &self.inputs[1]
    }

    /// Bytes of an element of the output.
    fn size(&self) -> usize {
        self.to.element_type.size() as usize
    }

    /// For kernels that slide a window over images.
    fn geometry(&self) -> Geometry {
        Geometry::new(self.x().shape, &self.to.shape)
    }
}

/// Makes an entry for each operator; an operator without one does not compile.
macro_rules! entries {
    ($($symbol:literal $variant:ident $(($op:ident: $parameters:ty))? as $function:ident($call:ident) $body:block)*) => {
        $(
            #[inline(never)]
            // SAFETY: no other symbol of the module has this name.
            #[cfg_attr(target_arch = "wasm32", unsafe(export_name = $symbol))]
            fn $function($($op: &$parameters,)? $call: Call) -> Result<(), Fault> $body
        )*

        /// Runs one validated step.
        ///
        /// # Errors
        /// If what the tensors hold makes no sense to the operator.
        pub fn run(op: &Op, call: Call) -> Result<(), Fault> {
            match op {
                $(Op::$variant $(($op))? => $function($($op,)? call),)*
            }
        }

        /// The symbol of an operator's kernel in the component template.
        pub fn entry(op: &Op) -> &'static str {
            match op {
                $(Op::$variant { .. } => $symbol,)*
            }
        }
    };
}

entries! {
    "maasm_kernel_conv" Conv(op: op::Conv) as conv(call) {
        let inputs = call.inputs;
        let bias = op.bias.then(|| inputs[2].floats());
        let residual = op.residual.then(|| inputs[2 + usize::from(op.bias)].floats());
        let operands = conv::Operands { x: inputs[0].floats(), weights: inputs[1].floats(), bias, residual };
        let (geometry, y) = (call.geometry(), cast_slice_mut(call.output));
        conv::run(call.level, op, &geometry, &operands, y, cast_slice_mut(call.scratch), call.workspace);
        Ok(())
    }
    "maasm_kernel_depthwise" Depthwise(op: op::Depthwise) as depthwise(call) {
        let [x, weights, bias, ..] = call.inputs;
        let (geometry, y) = (call.geometry(), cast_slice_mut(call.output));
        depthwise::run(call.level, op, &geometry, x.floats(), weights.floats(), bias.floats(), y);
        Ok(())
    }
    "maasm_kernel_pool" Pool(op: op::Pool) as pool(call) {
        let (geometry, x) = (call.geometry(), call.x());
        match x.element_type {
            _ if op.kind.finds() => pool::find(op, &geometry, x.floats(), cast_slice_mut(call.output)),
            ElementType::U8 => pool::largest_bytes(op, &geometry, x.bytes(), call.output),
            _ => pool::run(op, &geometry, x.floats(), cast_slice_mut(call.output)),
        }
        Ok(())
    }
    "maasm_kernel_unary" Unary(op: op::Unary) as unary(call) {
        let x = call.x();
        if let Some(bytes) = x.bytes {
            call.output.copy_from_slice(bytes);
        }
        match x.element_type {
            ElementType::F32 => unary::run(call.level, *op, cast_slice_mut(call.output)),
            of => unary::run_integers(*op, of, call.output),
        }
        Ok(())
    }
    "maasm_kernel_binary" Binary(op: op::Binary) as binary(call) {
        let (a, b) = (call.x(), call.second());
        match a.element_type {
            ElementType::F32 if op.kind.compares() => binary::compare(op, a.floats(), b.floats(), call.output),
            ElementType::F32 => {
                let (a, b) = (a.floats_unless_in_place(), b.floats_unless_in_place());
                binary::run(call.level, op, a, b, cast_slice_mut(call.output));
            }
            of => binary::run_integers(op, of, a.bytes, b.bytes, call.output),
        }
        Ok(())
    }
    "maasm_kernel_reduce" Reduce(op: op::Reduce) as reduce(call) {
        let x = call.x();
        match x.element_type {
            of if op.kind.finds() => reduce::find(op, of, x.bytes(), cast_slice_mut(call.output)),
            ElementType::F32 => reduce::run(op, x.floats(), cast_slice_mut(call.output)),
            of => reduce::run_integers(op, of, x.bytes(), call.output),
        }
        Ok(())
    }
    "maasm_kernel_softmax" Softmax(op: op::Softmax) as softmax(call) {
        softmax::run(op, call.x().floats(), cast_slice_mut(call.output));
        Ok(())
    }
    "maasm_kernel_copy" Copy(op: op::Copy) as copy(call) {
        copy::run(call.to.element_type.size(), &copy::Walk::of(op), call.x().bytes(), call.output);
        Ok(())
    }
    "maasm_kernel_fill" Fill(op: op::Fill) as fill(call) {
        fill::run(op, cast_slice_mut(call.output));
        Ok(())
    }
    "maasm_kernel_local_response" LocalResponse(op: op::LocalResponse) as local_response(call) {
        let channels = call.to.shape.last().map_or(1, |&channels| channels as usize);
        local_response::run(op, channels, call.x().floats(), cast_slice_mut(call.output));
        Ok(())
    }
    "maasm_kernel_cast" Cast as cast(call) {
        cast::run(call.x().element_type, call.to.element_type, call.x().bytes(), call.output);
        Ok(())
    }
    "maasm_kernel_select" Select(op: op::Select) as select(call) {
        let [condition, a, b, ..] = call.inputs;
        select::run(op, call.size(), [condition.bytes(), a.bytes(), b.bytes()], call.output);
        Ok(())
    }
    "maasm_kernel_gather" Gather(op: op::Gather) as gather(call) {
        gather::run(op, call.size(), call.x().bytes(), call.second().indices(), call.output)
    }
    "maasm_kernel_scatter" Scatter(op: op::Scatter) as scatter(call) {
        let [x, indices, updates, ..] = call.inputs;
        if let Some(x) = x.bytes {
            call.output.copy_from_slice(x);
        }
        gather::scatter(op, call.to.element_type, indices.indices(), updates.bytes(), call.output)
    }
    "maasm_kernel_resample" Resample(op: op::Resample) as resample(call) {
        let [x, places, weights, ..] = call.inputs;
        resample::run(op, x.floats(), cast_slice(places.bytes()), weights.floats(), cast_slice_mut(call.output));
        Ok(())
    }
    "maasm_kernel_cumulate" Cumulate(op: op::Cumulate) as cumulate(call) {
        let x = call.x();
        match x.element_type {
            ElementType::F32 => cumulate::run(op, x.floats(), cast_slice_mut(call.output)),
            of => cumulate::run_integers(op, of, x.bytes(), call.output),
        }
        Ok(())
    }
    "maasm_kernel_top" Top(op: op::Top) as top(call) {
        let x = call.x();
        top::run(op, x.element_type, x.bytes(), cast_slice_mut(call.scratch), call.output);
        Ok(())
    }
    "maasm_kernel_contract" Contract(op: op::Contract) as contract(call) {
        contract::run(op, call.x(), call.second(), call.to.element_type, call.output);
        Ok(())
    }
    "maasm_kernel_grid_sample" GridSample(op: op::GridSample) as grid_sample(call) {
        grid_sample::run(op, call.x().floats(), call.second().floats(), cast_slice_mut(call.output));
        Ok(())
    }
    "maasm_kernel_suppress" Suppress(op: op::Suppress) as suppress(call) {
        let [boxes, scores, most, overlap, score] = call.inputs;
        let given = found::Candidates {
            boxes: boxes.floats(),
            scores: scores.floats(),
            most: cast_slice::<u8, i64>(most.bytes())[0],
            overlap: overlap.floats()[0],
            score: score.floats()[0],
        };
        found::suppress(op, &given, cast_slice_mut(call.scratch), cast_slice_mut(call.output));
        Ok(())
    }
    "maasm_kernel_non_zero" NonZero(op: op::NonZero) as non_zero(call) {
        let x = call.x();
        found::non_zero(op, x.element_type, x.bytes(), cast_slice_mut(call.output));
        Ok(())
    }
    "maasm_kernel_count" Count(op: op::Count) as count(call) {
        found::count(op, cast_slice(call.x().bytes()), cast_slice_mut(call.output));
        Ok(())
    }
    "maasm_kernel_quantize" Quantize(op: op::Scale) as quantize(call) {
        quantized::quantize(op, call.x().floats(), call.output);
        Ok(())
    }
    "maasm_kernel_dequantize" Dequantize(op: op::Scale) as dequantize(call) {
        quantized::dequantize(op, call.x().bytes(), cast_slice_mut(call.output));
        Ok(())
    }
    "maasm_kernel_quantized_conv" QuantizedConv(op: op::QuantizedConv) as quantized_conv(call) {
        let [x, weights, bias, multipliers, residual] = call.inputs;
        let geometry = call.geometry();
        let extents = |shape: &[u32]| [0, 1, 2, 3].map(|axis| shape[axis]);
        let padded = op.padded(extents(call.x().shape), extents(&call.to.shape)) as usize;
        let (room, floats) = call.scratch.split_at_mut(padded.next_multiple_of(4));
        let floats = cast_slice_mut(floats);
        quantized::widen(cast_slice(multipliers.bytes()), floats);
        let operands = quantized::Operands {
            x: x.bytes(),
            weights: cast_slice(weights.bytes()),
            bias: cast_slice(bias.bytes()),
            multipliers: floats,
            residual: op.residual.map(|_| residual.bytes()),
        };
        let mut y = match op.output {
            Rescaled::Bytes { .. } => quantized::Output::Bytes(call.output),
            Rescaled::Floats { .. } => quantized::Output::Floats(cast_slice_mut(call.output)),
        };
        quantized::run(call.level, op, &geometry, &operands, &mut y, &mut room[..padded]);
        Ok(())
    }
    "maasm_kernel_unpack" Unpack as unpack(call) {
        unpack::run(call.x().bytes(), call.second().floats(), cast_slice_mut(call.output));
        Ok(())
    }
    "maasm_kernel_quantize_linear" QuantizeLinear(op: op::Linear) as quantize_linear(call) {
        linear::quantize(op, call.x().floats(), call.to.element_type, call.output);
        Ok(())
    }
    "maasm_kernel_dequantize_linear" DequantizeLinear(op: op::Linear) as dequantize_linear(call) {
        linear::dequantize(op, &call.x().linear(op.zero), cast_slice_mut(call.output));
        Ok(())
    }
    "maasm_kernel_qlinear_conv" QLinearConv(op: op::QLinearConv) as qlinear_conv(call) {
        let [x, weights, bias, multipliers, residual] = call.inputs;
        let operands = linear::Operands {
            x: x.linear(op.zero),
            weights: cast_slice(weights.bytes()),
            bias: cast_slice(bias.bytes()),
            multipliers: multipliers.floats(),
            residual: op.residual.map(|own| residual.linear(own.zero)),
        };
        let geometry = call.geometry();
        let mut y = match op.output {
            LinearOutput::Bytes { .. } => linear::Output::Bytes(call.output),
            LinearOutput::Floats { .. } => linear::Output::Floats(cast_slice_mut(call.output)),
        };
        linear::run(call.level, op, &geometry, &operands, &mut y, cast_slice_mut(call.scratch));
        Ok(())
    }
    "maasm_kernel_qlinear_add" QLinearAdd(op: op::QLinearAdd) as qlinear_add(call) {
        let (a, b) = (call.x().linear(op.a.zero), call.second().linear(op.b.zero));
        linear::add(op, &a, &b, call.output);
        Ok(())
    }
    "maasm_kernel_widen" Widen as widen(call) {
        widen::run(cast_slice(call.x().bytes()), call.second().floats(), cast_slice_mut(call.output));
        Ok(())
    }
}
