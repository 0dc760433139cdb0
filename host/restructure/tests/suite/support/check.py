"""Compares ONNX models by onnxruntime: check.py BEFORE AFTER … prints, for each pair, what came of it as JSON.

Both are checked by onnx.checker and run on the same random inputs. `difference` is the largest between elements of the
first outputs, `magnitude` the largest element of the first model's, `operations` the multiply-accumulates of
convolutions and products.
"""

import json
import sys

import numpy
import onnx
import onnxruntime


def run(model, inputs):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return numpy.nan_to_num(session.run(None, inputs)[0].astype(numpy.float64))


def random_inputs(model):
    random = numpy.random.default_rng(0)
    shape = lambda value: [dim.dim_value or 1 for dim in value.type.tensor_type.shape.dim]
    kind = lambda value: onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
    return {value.name: random.normal(0, 1, shape(value)).astype(kind(value)) for value in model.graph.input}


def operations(model):
    graph = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph
    values = [*graph.value_info, *graph.input, *graph.output]
    shapes = {value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim] for value in values}
    shapes |= {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    total = 0
    for node in graph.node:
        made = numpy.prod(shapes[node.output[0]]) if node.output[0] in shapes else 0
        if node.op_type == "Conv":
            total += made * numpy.prod(shapes[node.input[1]][1:])
        elif node.op_type in ("Gemm", "MatMul"):
            total += made * numpy.prod(shapes[node.input[1]]) / (shapes[node.output[0]][-1:] or [1])[0]
    return int(total)


answers = []
for before, after in zip(sys.argv[1::2], sys.argv[2::2]):
    before, after = onnx.load(before), onnx.load(after)
    onnx.checker.check_model(after, full_check=True)
    inputs = random_inputs(before)
    expected, found = run(before, inputs), run(after, inputs)
    same = expected.shape == found.shape
    answers.append({
        "difference": float(abs(expected - found).max()) if same else None,
        "magnitude": float(abs(expected).max()),
        "operations": [operations(before), operations(after)],
        "output": found.ravel().tolist()[:4096],
    })
print(json.dumps(answers))
