"""Runs an ONNX model by onnxruntime: MODEL INPUTS OUTPUTS [SHAPE], the files being f32 tensors one after the other.

SHAPE, like 1x3x224x224, is that of one input; without it the model's own, where axes that it leaves open are 1.
"""

import sys

import numpy
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
given = session.get_inputs()[0]
shape = [extent if isinstance(extent, int) else 1 for extent in given.shape]
if len(sys.argv) > 4:
    shape = [int(extent) for extent in sys.argv[4].split("x")]
inputs = numpy.fromfile(sys.argv[2], "<f4").reshape(-1, *shape)
outputs = [session.run(None, {given.name: tensor})[0] for tensor in inputs]
numpy.stack(outputs).astype("<f4").tofile(sys.argv[3])
