"""Runs an ONNX model by onnxruntime: MODEL INPUTS OUTPUTS, the files being f32 tensors one after the other."""

import sys

import numpy
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
given = session.get_inputs()[0]
shape = [extent if isinstance(extent, int) else 1 for extent in given.shape]
inputs = numpy.fromfile(sys.argv[2], "<f4").reshape(-1, *shape)
outputs = [session.run(None, {given.name: tensor})[0] for tensor in inputs]
numpy.stack(outputs).astype("<f4").tofile(sys.argv[3])
