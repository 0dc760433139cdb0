"""Quantises an ONNX model by onnxruntime: MODEL SAMPLES SHAPE QDQ|QOperator uint8|int8 channel|tensor 8|7 OUTPUT.

SAMPLES are f32 tensors of SHAPE, like 1x3x224x224, one after the other, which show the ranges of values. Weights are
int8, of 8 or 7 bits, with a scale for each output channel or for the whole tensor.
"""

import pathlib
import sys
import tempfile

import numpy
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

model, samples, shape, form, activations, scales, bits, output = sys.argv[1:]
name = onnx.load(model).graph.input[0].name
inputs = numpy.fromfile(samples, "<f4").reshape(-1, *(int(extent) for extent in shape.split("x")))


class Samples(CalibrationDataReader):
    def __init__(self):
        self.left = iter(inputs)

    def get_next(self):
        tensor = next(self.left, None)
        return None if tensor is None else {name: tensor}


with tempfile.TemporaryDirectory() as folder:
    prepared = str(pathlib.Path(folder) / "prepared.onnx")
    quant_pre_process(model, prepared, skip_symbolic_shape=True)
    quantize_static(
        prepared,
        output,
        Samples(),
        quant_format=QuantFormat[form],
        activation_type=QuantType.QUInt8 if activations == "uint8" else QuantType.QInt8,
        weight_type=QuantType.QInt8,
        per_channel=scales == "channel",
        reduce_range=bits == "7",
    )
