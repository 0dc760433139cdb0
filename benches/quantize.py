"""Quantises a network with onnxruntime: quantize.py MODEL INPUT OUTPUT.

Activations of unsigned eight bits, weights of eight with a scale for each channel, quantise and dequantise nodes around
every operator; ranges from the input and a few random ones. Batch normalisation is folded first, as onnxruntime asks for.
"""

import pathlib
import sys
import tempfile

import numpy
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

model, given, output = sys.argv[1:]


class Samples(CalibrationDataReader):
    """The input and as many random ones as tell the ranges."""

    def __init__(self):
        known = onnx.load(model).graph.input[0]
        shape = [dimension.dim_value for dimension in known.type.tensor_type.shape.dim]
        random = numpy.random.default_rng(1)
        samples = [numpy.fromfile(given, "<f4").reshape(shape)]
        samples += [random.normal(0, 1, shape).astype(numpy.float32) for _ in range(3)]
        self.left = iter([{known.name: sample} for sample in samples])

    def get_next(self):
        return next(self.left, None)


with tempfile.TemporaryDirectory() as folder:
    folded = pathlib.Path(folder) / "folded.onnx"
    quant_pre_process(model, folded, skip_symbolic_shape=True)
    quantize_static(
        folded,
        output,
        Samples(),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
    )
