"""Answers models by onnxruntime, one after the other, for as long as standard input lasts.

A question: the model's length and bytes, then for every input of the model the length and bytes of its tensor. An
answer: 1 and a message's length and bytes, or 0, the number of outputs, and for each its element type as ONNX counts
them, its number of axes, its extents, the length of its bytes and the bytes. Every number is a little-endian u32.
"""

import struct
import sys

import numpy
import onnxruntime

TYPES = {"tensor(float)": "<f4", "tensor(int64)": "<i8", "tensor(bool)": "?"}
NUMBERS = {"float32": 1, "int64": 7, "bool": 9}


def take():
    header = sys.stdin.buffer.read(4)
    return sys.stdin.buffer.read(struct.unpack("<I", header)[0]) if header else None


def give(*numbers):
    sys.stdout.buffer.write(struct.pack(f"<{len(numbers)}I", *numbers))


def answer(session, tensors):
    given = session.get_inputs()
    named = {
        one.name: numpy.frombuffer(tensor, TYPES[one.type]).reshape(one.shape)
        for one, tensor in zip(given, tensors, strict=True)
    }
    return session.run(None, named)


options = onnxruntime.SessionOptions()
# What is compared with should do what the model says, and nothing clever.
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
options.intra_op_num_threads = 1
options.log_severity_level = 4
while (model := take()) is not None:
    (count,) = struct.unpack("<I", sys.stdin.buffer.read(4))
    tensors = [take() for _ in range(count)]
    try:
        outputs = answer(onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]), tensors)
        give(0, len(outputs))
        for output in outputs:
            data = numpy.ascontiguousarray(output).tobytes()
            give(NUMBERS[str(output.dtype)], output.ndim, *output.shape, len(data))
            sys.stdout.buffer.write(data)
    except Exception as error:
        message = str(error).encode()
        give(1, len(message))
        sys.stdout.buffer.write(message)
    sys.stdout.buffer.flush()
